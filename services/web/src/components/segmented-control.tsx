/** A few exclusive choices, side by side. */
export const SegmentedControl = <T extends string | number>({ label, options, value, onChange, fill = false }: {
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
