-- Ended sessions and disabled users of which the broker is still to be told, in the order of ids for each user.
-- `session_id` null: the user's own state changed (disabled or enabled; the row in ap.users tells which).
CREATE TABLE ap.announcements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id integer NOT NULL REFERENCES ap.users,
  session_id uuid
);

CREATE INDEX announcements_user ON ap.announcements (user_id, id);
