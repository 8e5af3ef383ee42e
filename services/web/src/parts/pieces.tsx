import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.js'

/** A place where nothing is yet, and what to do about it. */
export const Empty = ({ icon, title, children }: { icon: IconName, title: string, children?: ComponentChildren }) => (
  <div class='empty'>
    <Icon name={icon} />
    <h3>{title}</h3>
    {children}
  </div>
)

/** Work of unknown length. */
export const Progress = ({ label }: { label: string }) => (
  <div class='stack tight' role='status'>
    <div class='progress'><span /></div>
    <span class='hint'>{label}</span>
  </div>
)

/** A few exclusive choices, side by side. */
export const Segments = <T extends string | number>({ label, options, value, onChange, fill = false }: {
  label: string, options: readonly { value: T, label: string }[], value: T, onChange: (value: T) => void, fill?: boolean
}) => (
  <div class={`segments ${fill ? 'fill' : ''}`} role='group' aria-label={label}>
    {options.map(option => (
      <button
        key={option.value}
        type='button'
        aria-pressed={option.value === value}
        onClick={() => {
          onChange(option.value)
        }}
      >
        {option.label}
      </button>
    ))}
  </div>
  )

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

/** One figure of an instrument's head. */
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

/** The head of a view: what it is, in a line what it is for, and what can be done with all of it. */
export const ViewHead = ({
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
