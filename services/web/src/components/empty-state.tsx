import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.js'

/** Placeholder of an empty view or list, with what to do about it. */
export const EmptyState = ({
  icon,
  title,
  children
}: {
  icon: IconName
  title: string
  children?: ComponentChildren
}) => (
  <div class='empty'>
    <Icon name={icon} />
    <h3>{title}</h3>
    {children}
  </div>
)
