import { Empty, Card, ViewHead } from '../../parts/pieces.js'
import type { ProducerModel } from '../model.js'
import { Composer } from './composer.js'
import { Generator } from './generator.js'
import { Receipts } from './receipts.js'

/** Sending by hand, again and again, or made up. */
export const Send = ({ model }: { model: ProducerModel }) => (
  <>
    <ViewHead title='Send'>
      Messages are numbered by this page: one that has to be sent again after a lost connection is not counted twice.
    </ViewHead>
    <div class='columns'>
      <div class='stack'>
        <Composer model={model} />
        <Generator model={model} />
      </div>
      <Card title='What became of it' flush>
        {model.receipts.value.length === 0
          ? (
            <Empty icon='list' title='No acknowledgement yet'>
              <p>
                Each message shows here with its offset once the platform has kept it, or with the reason why it was
                refused.
              </p>
            </Empty>
            )
          : (
            <Receipts receipts={model.receipts.value.slice(0, 60)} compact />
            )}
      </Card>
    </div>
  </>
)
