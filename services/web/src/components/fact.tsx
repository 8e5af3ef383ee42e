import type { ComponentChildren } from 'preact'

/** A labelled figure at the top of a view. */
export const Fact = ({
  name, children, after
}: {
  name: string
  children: ComponentChildren
  after?: ComponentChildren
}) => (
  <div class='fact'>
    <dt>{name}</dt>
    <dd>{children}</dd>
    {after !== undefined && <dd class='after'>{after}</dd>}
  </div>
)
