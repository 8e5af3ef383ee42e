import { EmptyState } from '../../components/empty-state.js'
import { Card } from '../../components/card.js'
import { ViewHeader } from '../../components/view-header.js'
import type { ProducerModel } from '../producer-model.js'
import { Composer } from './composer.js'
import { Generator } from './generator.js'
import { Receipts } from './receipts.js'

/** Sends messages: composed, repeated or generated. */
export const Send = ({ model }: { model: ProducerModel }) => (
  <>
    <ViewHeader title='Send'>
      Messages are numbered, so that resending after a lost connection does not create duplicates.
    </ViewHeader>
    <div class='columns'>
      <div class='stack'>
        <Composer model={model} />
        <Generator model={model} />
      </div>
      <Card title='Acknowledgements' flush>
        {model.receipts.value.length === 0
          ? (
            <EmptyState icon='list' title='No acknowledgements yet'>
              <p>
                Each message appears here with its offset once it is stored, or with the reason why it was rejected.
              </p>
            </EmptyState>
            )
          : (
            <Receipts receipts={model.receipts.value.slice(0, 60)} compact />
            )}
      </Card>
    </div>
  </>
)
