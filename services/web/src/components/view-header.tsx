import type { ComponentChildren } from 'preact'

/** The heading of a view, its description and its actions. */
export const ViewHeader = ({
  title, children, actions
}: {
  title: string
  children?: ComponentChildren
  actions?: ComponentChildren
}) => (
  <div class='view-head'>
    <div><h1>{title}</h1>{children !== undefined && <p>{children}</p>}</div>
    {actions !== undefined && <div class='row wrap'>{actions}</div>}
  </div>
)
