import type { ComponentChildren } from 'preact'

/** A titled section of a view. */
export const Card = ({
  title, actions, children, flush = false
}: {
  title: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
  flush?: boolean
}) => (
  <section class='card'>
    <div class='card-head'><h2>{title}</h2>{actions}</div>
    {flush ? children : <div class='card-body stack'>{children}</div>}
  </section>
)
