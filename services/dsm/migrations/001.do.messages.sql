-- Messages, a partition for each day of received_at, so that retention drops whole partitions.
CREATE TABLE dsm.messages (
  producer_id integer NOT NULL,
  epoch bigint NOT NULL,
  "offset" bigint NOT NULL,
  -- The platform's time; it stands in the envelope too.
  received_at timestamptz NOT NULL,
  -- The device's time, corrected by its clock offset: milliseconds since 1970.
  at_ms bigint NOT NULL,
  -- Version of the subscriber list that the message was accepted with.
  version bigint NOT NULL,
  -- '' where there is none.
  device_id text NOT NULL,
  session text,
  seq bigint,
  -- The envelope's text from the comma after the offset's number on.
  tail text NOT NULL,
  PRIMARY KEY (producer_id, epoch, "offset", received_at)
) PARTITION BY RANGE (received_at);

-- Finds the first place of a repeat.
CREATE INDEX messages_seq ON dsm.messages (producer_id, device_id, session, seq) WHERE session IS NOT NULL;

-- History and series by the device's time.
CREATE INDEX messages_at ON dsm.messages (producer_id, at_ms);

-- Every epoch that was ever allocated: a number is never given twice.
CREATE TABLE dsm.epochs (
  producer_id integer NOT NULL,
  epoch bigint NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  -- Greatest offset that is known of, once a later epoch was opened.
  last_offset bigint,
  -- Every offset up to here is stored, or stands in dsm.absences.
  checked_to bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (producer_id, epoch)
);

-- Stretches of offsets that history does not have, or has no more.
CREATE TABLE dsm.absences (
  producer_id integer NOT NULL,
  epoch bigint NOT NULL,
  reason text NOT NULL CHECK (reason IN ('retention', 'lost')),
  from_offset bigint NOT NULL,
  to_offset bigint NOT NULL,
  -- Of what retention dropped: the greatest version, and the device's times. Null: not known.
  max_version bigint,
  min_at_ms bigint,
  max_at_ms bigint,
  PRIMARY KEY (producer_id, epoch, reason, from_offset)
);

-- What retention dropped of an epoch is one stretch: the oldest go first.
CREATE UNIQUE INDEX absences_retention ON dsm.absences (producer_id, epoch) WHERE reason = 'retention';
