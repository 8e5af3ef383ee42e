import type { ProblemError } from '@motience/kit'

/** Maximum characters of a message about one line, data point or record: it may quote a key. */
const MAX_LENGTH = 200

/** Why a line, data point or record is refused, with the place of the first fault. */
export const faultText = ({ message, errors }: ProblemError): string => {
  const [fault] = errors ?? []
  return (fault === undefined ? message : `${message}: ${fault.path}: ${fault.message}`).slice(0, MAX_LENGTH)
}
