CREATE TABLE ap.signing_keys (
  kid text PRIMARY KEY,
  public_key text NOT NULL,
  -- The private key, sealed with a key made from SERVICE_SECRET.
  sealed bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  -- From then on it signs; it is published before, so that every service knows it in time.
  signs_from timestamptz(3) NOT NULL
);
