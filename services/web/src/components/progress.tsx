/** Indeterminate progress. */
export const Progress = ({ label }: { label: string }) => (
  <div class='stack tight' role='status'>
    <div class='progress'><span /></div>
    <span class='hint'>{label}</span>
  </div>
)
