/** What a test can change while the fake runs. */
export interface FakeWss2Settings {
  heartbeatMs: number
  /** Messages per page of history. */
  pageSize: number
  /** Whether new tokens on an open connection are left unanswered. */
  mute: boolean
  /** Whether new connections get a welcome. */
  welcome: boolean
  /** Status with which upgrades are refused; null accepts them. */
  refuse: number | null
  /** Status with which a sign-in is refused; null accepts it. */
  signIn: number | null
  /** Lifetime of an access token in seconds. */
  tokenSecs: number
  /** The field `complete` of history. */
  historyComplete: boolean
  /** Status with which history is refused; null answers. */
  historyStatus: number | null
}

export const defaultSettings: FakeWss2Settings = {
  heartbeatMs: 20_000,
  mute: false,
  welcome: true,
  pageSize: 3,
  refuse: null,
  signIn: null,
  tokenSecs: 3600,
  historyComplete: true,
  historyStatus: null
}
