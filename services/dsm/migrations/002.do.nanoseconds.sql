-- The device's time to the nanosecond: at_ms and at_ns together are its corrected time. An older DSM that writes beside
-- a newer one leaves at_ns at 0. messages_at serves the order by both: it brings the milliseconds in their order, and
-- the few messages of one are sorted as they are read (incremental sort), so no index has to be built anew.
ALTER TABLE dsm.messages ADD COLUMN at_ns integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN dsm.messages.at_ns IS 'Nanoseconds within the millisecond of at_ms: 0 to 999999';
