-- Version of the producer before the newest change of this row: a subscriber list of that version becomes one of
-- `changed_version` by this change alone. Null where several changes share a version, and for changes made before this
-- column existed.
ALTER TABLE sm.subscriptions ADD COLUMN previous_version bigint;

-- During a rolling update an instance that does not know the column may change a row. The previous version of an older
-- change must not pass for that of the new one.
CREATE FUNCTION sm.clear_previous_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.previous_version := NULL;
  RETURN NEW;
END $$;

CREATE TRIGGER clear_previous_version BEFORE UPDATE ON sm.subscriptions FOR EACH ROW
  WHEN (NEW.changed_version <> OLD.changed_version AND NEW.previous_version = OLD.previous_version)
  EXECUTE FUNCTION sm.clear_previous_version();
