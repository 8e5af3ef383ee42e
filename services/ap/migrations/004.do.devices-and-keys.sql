CREATE TABLE ap.devices (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id integer NOT NULL REFERENCES ap.users,
  name text NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL,
  disabled_at timestamptz(3),
  last_seen_at timestamptz(3),
  -- Rises whenever what services remember of the device's keys becomes wrong: renamed, disabled, enabled.
  generation integer NOT NULL DEFAULT 0,
  UNIQUE (user_id, name)
);

-- Pages of one account, in the order of ids.
CREATE INDEX devices_user ON ap.devices (user_id, id);

-- Keys of devices and of programs. The secret itself is nowhere: its SHA-256 is kept, which is enough for 256 random
-- bits, and costs no password hash to compare.
CREATE TABLE ap.keys (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('device', 'api')),
  user_id integer NOT NULL REFERENCES ap.users,
  device_id integer REFERENCES ap.devices ON DELETE CASCADE,
  name text,
  scopes text NOT NULL,
  secret_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  CHECK ((kind = 'device') = (device_id IS NOT NULL))
);

CREATE INDEX keys_device ON ap.keys (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX keys_user ON ap.keys (user_id, created_at) WHERE kind = 'api';
CREATE INDEX keys_revoked ON ap.keys (revoked_at) WHERE revoked_at IS NOT NULL;

-- What services may still remember of keys and must not use any more, by the `sid` of what they remember.
CREATE TABLE ap.ended_keys (
  sid text PRIMARY KEY,
  user_id integer NOT NULL REFERENCES ap.users,
  ended_at timestamptz(3) NOT NULL
);

CREATE INDEX ended_keys_age ON ap.ended_keys (ended_at);

-- Announcements are of a session, of a key, or (both null) of the user itself.
ALTER TABLE ap.announcements ADD COLUMN key_sid text;

CREATE TABLE ap.claims (
  -- HMAC of the code, which is too short for a plain hash.
  code_hash bytea PRIMARY KEY,
  user_id integer NOT NULL REFERENCES ap.users,
  name text,
  uses integer NOT NULL,
  used integer NOT NULL DEFAULT 0,
  expires_at timestamptz(3) NOT NULL,
  CHECK (used <= uses)
);

CREATE INDEX claims_user ON ap.claims (user_id, expires_at);
CREATE INDEX claims_expiry ON ap.claims (expires_at);

-- Instances of services that report which devices are connected to them; what a dead one reported counts for nothing.
CREATE TABLE ap.reporters (
  id uuid PRIMARY KEY,
  alive_until timestamptz(3) NOT NULL
);

CREATE TABLE ap.device_connections (
  reporter uuid NOT NULL REFERENCES ap.reporters ON DELETE CASCADE,
  sid text NOT NULL,
  device_id integer NOT NULL REFERENCES ap.devices ON DELETE CASCADE,
  PRIMARY KEY (reporter, sid)
);

CREATE INDEX device_connections_device ON ap.device_connections (device_id);
