-- What is written of events meanwhile, by the database's own clock: as each transaction begins to commit.
CREATE TABLE told (order_id uuid, sequence bigint, kind text, time bigint);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO told VALUES (NEW.order_id, NEW.sequence, NEW.kind, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER tell AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell();
