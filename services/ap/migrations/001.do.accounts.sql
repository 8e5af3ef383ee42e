CREATE TABLE ap.users (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username text NOT NULL,
  password_hash text NOT NULL,
  role text NOT NULL CHECK (role IN ('producer', 'consumer', 'admin')),
  device_id text,
  created_at timestamptz(3) NOT NULL,
  disabled_at timestamptz(3)
);

-- Unique whatever the case; every lookup by name goes through it.
CREATE UNIQUE INDEX users_username ON ap.users (lower(username));

-- The catalogue: pages of one role, in the order of ids.
CREATE INDEX users_catalogue ON ap.users (role, id) WHERE disabled_at IS NULL;

-- One row a sign-in. The refresh token itself is nowhere: its SHA-256 is kept.
CREATE TABLE ap.sessions (
  id uuid PRIMARY KEY,
  user_id integer NOT NULL REFERENCES ap.users,
  refresh_hash bytea NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL,
  rotated_at timestamptz(3) NOT NULL,
  refresh_expires_at timestamptz(3) NOT NULL,
  -- When the last access token of the session expires: a revocation has to be remembered until then.
  access_expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  end_reason text CHECK (end_reason IN ('logout', 'password-changed', 'refresh-reused', 'revoked')),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);

CREATE INDEX sessions_live ON ap.sessions (user_id, rotated_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_user ON ap.sessions (user_id, access_expires_at);
CREATE INDEX sessions_ended ON ap.sessions (access_expires_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expiry ON ap.sessions (refresh_expires_at);
