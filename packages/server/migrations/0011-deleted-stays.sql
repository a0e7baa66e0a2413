-- What the home's setting deletes does not come back, also when its agent sends it again in that very moment: the insert
-- waits for the row that is being deleted, by a snapshot in which it is not written down yet that it is.

create function refuse_deleted_events() returns trigger language plpgsql as $$
begin
  -- A snapshot of its own, taken after that wait.
  if exists (select from stored s join deletions d on d.home_id = s.home_id and d.event_id = s.event_id) then
    raise exception 'an event was deleted while it was sent again' using errcode = 'serialization_failure';
  end if;
  return null;
end
$$;
comment on function refuse_deleted_events is
  'Refuses to store an event that was deleted, as a conflict: trying again finds that it is done with.';
create trigger deleted_stays after insert on events referencing new table as stored
  for each statement execute function refuse_deleted_events();
