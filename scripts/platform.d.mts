/** See `platform.mjs`. */
export interface Platform {
  urls: Record<'ap' | 'sm' | 'dsm' | 'producer' | 'producerPage' | 'consumer' | 'consumerPage', string>
  storage: string
  broker: string
  close (): Promise<void>
}

export const startPlatform: (source?: Record<string, string | undefined>) => Promise<Platform>
