import { formatBytes, formatMs, formatTime } from '../../series/format.js'
import type { Receipt } from '../outbox.js'

const Outcome = ({ receipt }: { receipt: Receipt }) => receipt.kind === 'acked'
  ? (
    <>
      <td class='number'>{receipt.epoch}<span class='quiet'>·</span>{receipt.offset}</td>
      <td class='number'>{receipt.subscriberCount}</td>
      <td>{receipt.duplicate ? <span class='badge warn'>kept before</span> : <span class='badge ok'>kept</span>}</td>
    </>
    )
  : (
    <>
      <td class='number quiet'>–</td>
      <td class='number quiet'>–</td>
      <td class='bad'>{receipt.message} <span class='mono'>{receipt.code}</span>{receipt.retryAfterMs !== null && ` · again in ${formatMs(receipt.retryAfterMs)}`}</td>
    </>
    )

/** What became of messages, newest first. */
export const Receipts = ({ receipts }: { receipts: readonly Receipt[] }) => (
  <div class='table-wrap' tabIndex={0} role='region' aria-label='Acknowledgements'>
    <table class='table'>
      <thead>
        <tr><th>Time</th><th class='number'>Latency</th><th class='number'>Size</th><th class='number'>Epoch · offset</th><th class='number'>Subscribers</th><th>Outcome</th></tr>
      </thead>
      <tbody>
        {receipts.map(receipt => (
          <tr key={receipt.id}>
            <td class='mono nowrap'>{formatTime(receipt.at)}</td>
            <td class='number'>{formatMs(receipt.latencyMs)}</td>
            <td class='number'>{formatBytes(receipt.bytes)}</td>
            <Outcome receipt={receipt} />
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
