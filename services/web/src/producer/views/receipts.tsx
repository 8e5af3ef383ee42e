import { formatBytes, formatMs, formatTime } from '../../series/format.js'
import type { Receipt } from '../send-queue.js'

const Outcome = ({ receipt }: { receipt: Receipt }) =>
  receipt.kind === 'acked'
    ? (
      <>
        <td class='number' title={`Epoch ${receipt.epoch}`}>
          {receipt.offset}
        </td>
        <td class='number'>{receipt.subscriberCount}</td>
        <td>{receipt.duplicate ? <span class='badge warn'>duplicate</span> : <span class='badge ok'>stored</span>}</td>
      </>
      )
    : (
      <>
        <td class='number quiet'>–</td>
        <td class='number quiet'>–</td>
        <td class='bad'>
          {receipt.message} <span class='mono'>{receipt.code}</span>
          {receipt.retryAfterMs !== null && ` · retry after ${formatMs(receipt.retryAfterMs)}`}
        </td>
      </>
      )

/** A table of outcomes, newest first. */
export const Receipts = ({ receipts, compact = false }: { receipts: readonly Receipt[]; compact?: boolean }) => (
  <div
    class={`table-wrap receipts ${compact ? 'compact' : ''}`}
    tabIndex={0}
    role='region'
    aria-label='Acknowledgements'
  >
    <table class='table'>
      <thead>
        <tr>
          <th>Time</th>
          <th class='number'>Latency</th>
          <th class='number size'>Size</th>
          <th class='number'>Offset</th>
          <th class='number' title='Number of active subscribers'>
            Subscribers
          </th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        {receipts.map(receipt => (
          <tr key={receipt.id}>
            <td class='mono nowrap'>{formatTime(receipt.at)}</td>
            <td class='number'>{formatMs(receipt.latencyMs)}</td>
            <td class='number size'>{formatBytes(receipt.bytes)}</td>
            <Outcome receipt={receipt} />
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
