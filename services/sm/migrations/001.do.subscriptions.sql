-- One row a producer that anyone ever subscribed to, or that chose a policy. Its row is locked by every change of its
-- subscribers, so that their versions are in the order of their commits.
CREATE TABLE sm.producers (
  producer_id integer PRIMARY KEY,
  approval text NOT NULL DEFAULT 'automatic' CHECK (approval IN ('automatic', 'manual')),
  -- Number of the newest change of the subscribers.
  version bigint NOT NULL DEFAULT 0,
  -- Up to where the broker was told. What lies between the two is still to be told.
  raised_version bigint NOT NULL DEFAULT 0,
  CHECK (raised_version <= version)
);

CREATE INDEX producers_unraised ON sm.producers (producer_id) WHERE raised_version < version;

CREATE TABLE sm.subscriptions (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer_id integer NOT NULL,
  producer_id integer NOT NULL REFERENCES sm.producers,
  -- Of the consumer; names do not change.
  username text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'pending', 'inactive')),
  reason text NOT NULL CHECK (reason IN ('subscribed', 'requested', 'approved', 'refused', 'revoked', 'unsubscribed')),
  -- Whether the producer refused or revoked it last: it then has to approve, whatever its policy.
  barred boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL,
  activated_at timestamptz(3),
  activated_version bigint,
  -- Version of the producer that the newest change of this row made.
  changed_version bigint NOT NULL,
  -- Whether the consumer's newest DELETE was answered with success; if not, its repeat is no 404.
  confirmed boolean NOT NULL DEFAULT false,
  UNIQUE (consumer_id, producer_id),
  CHECK ((status = 'active') = (activated_at IS NOT NULL)),
  CHECK ((status = 'active') = (activated_version IS NOT NULL))
);

CREATE INDEX subscriptions_consumer ON sm.subscriptions (consumer_id, id);
CREATE INDEX subscriptions_producer ON sm.subscriptions (producer_id, id);
CREATE INDEX subscriptions_active ON sm.subscriptions (producer_id, id) WHERE status = 'active';
CREATE INDEX subscriptions_changed ON sm.subscriptions (producer_id, changed_version);
