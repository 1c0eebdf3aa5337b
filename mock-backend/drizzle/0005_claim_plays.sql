-- A batch of claims in one exchange, as far as little is to be weighed: src/leases/decide-claims.ts says how all is decided,
-- and decides what is left here. Each account comes once.
--
-- A play begins where nobody knows its key and its account has a stream to spare, for which the same player's last plays
-- end where `replacing` says so. Accounts whose streams are all idle are the rule, and go in one statement. A play that
-- runs and is asked for in the same words runs on.
--
-- `remaining` is null where all began in that one statement. Otherwise it has an entry for every other claim, with its
-- place in the batch, from 1: with `leaseEndsAtMs` and `createdAtMs` where it runs on, with `replaced` where it began
-- beside other streams or in their place; where it has neither, nothing was written for it.
--
-- Every statement in here sees what others wrote until the locks were given. Who changes the function gives it another
-- name: regions of the version before still call this one.
create function claim_plays(
  account_ids text[], keys text[], play_ids text[], title_ids text[], devices text[], created_times bigint[],
  player_ids text[], lease_ends bigint[], max_streams float8[], replacing boolean[], now_ms bigint,
  expired_before_ms bigint, out remaining json
) language plpgsql
-- Plans are kept while the table grows from nothing: by index alone, however small it was at first.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  begun_accounts text[];
  claim record;
  kept record;
  holders bigint;
  replaced_ids text[];
  entries json[] := '{}';
begin
  -- A lease is worth a minute or two: waiting for the disk would cost each play more than a crash of the database can,
  -- after which plays are put back by their renewals. In force until the transaction ends.
  perform set_config('synchronous_commit', 'off', true);
  -- Batches that share an account wait for each other; the order of the keys keeps them from waiting in a circle.
  perform pg_advisory_xact_lock(account_lock) from (
    select hashtextextended(account, 7290418) as account_lock from unnest(account_ids) as account order by account_lock
  ) as locks;

  with begun as (
    insert into plays
      (account_id, idempotency_key, play_id, title_id, device, created_at_ms, player_id, lease_ends_at_ms)
    select account, key, play, title, device::json, created, player, lease_end
    from unnest(account_ids, keys, play_ids, title_ids, devices, created_times, player_ids, lease_ends, max_streams)
      as asked (account, key, play, title, device, created, player, lease_end, streams)
    where coalesce(streams > 0, true) and not exists (
      select from plays
      where account_id = account and lease_ends_at_ms > now_ms and ended_at_ms is null
      offset 0
    )
    on conflict (account_id, idempotency_key) do nothing
    returning account_id
  )
  select coalesce(array_agg(account_id), '{}') into begun_accounts from begun;
  if cardinality(begun_accounts) = cardinality(account_ids) then
    return;
  end if;

  -- Whoever hears of plays or ends them locks them in the order of their ids. So does the loop, unless it ends plays on its
  -- way: then all that may change is locked before, which costs as much again.
  if exists (
    select from unnest(account_ids, keys, player_ids, replacing) as asked (account, key, player, replaces)
    where replaces and account <> all (begun_accounts) and exists (
      select from plays
      where account_id = account and idempotency_key <> key and player_id = player
        and lease_ends_at_ms > now_ms and ended_at_ms is null
      offset 0
    )
  ) then
    perform from plays
    where account_id = any (account_ids) and account_id <> all (begun_accounts)
      and lease_ends_at_ms > now_ms and ended_at_ms is null
    order by play_id for update;
  end if;

  for claim in
    select *
    from unnest(
        account_ids, keys, play_ids, title_ids, devices, created_times, player_ids, lease_ends, max_streams, replacing
      ) with ordinality
      as asked (account, key, play, title, device, created, player, lease_end, streams, replaces, place)
    where account <> all (begun_accounts)
    order by play
  loop
    update plays set lease_ends_at_ms = greatest(lease_ends_at_ms + 1, claim.lease_end)
    where account_id = claim.account and idempotency_key = claim.key
      and lease_ends_at_ms > now_ms and ended_at_ms is null and created_at_ms >= expired_before_ms
      and play_id = claim.play and title_id = claim.title and device::text = claim.device
      and player_id is not distinct from claim.player and claim.lease_end > 0
    returning lease_ends_at_ms, created_at_ms into kept;
    if found then
      entries := entries || json_build_object(
        'place', claim.place, 'leaseEndsAtMs', kept.lease_ends_at_ms, 'createdAtMs', kept.created_at_ms);
      continue;
    end if;

    select count(*) filter (where (claim.replaces and player_id = claim.player) is not true),
      array_agg(play_id order by lease_ends_at_ms, play_id collate "C")
        filter (where claim.replaces and player_id = claim.player)
    into holders, replaced_ids
    from plays
    where account_id = claim.account and idempotency_key <> claim.key
      and lease_ends_at_ms > now_ms and ended_at_ms is null;
    if holders >= claim.streams then
      entries := entries || json_build_object('place', claim.place);
      continue;
    end if;
    insert into plays
      (account_id, idempotency_key, play_id, title_id, device, created_at_ms, player_id, lease_ends_at_ms)
    values (claim.account, claim.key, claim.play, claim.title, claim.device::json, claim.created, claim.player,
      claim.lease_end)
    on conflict (account_id, idempotency_key) do nothing;
    if not found then
      entries := entries || json_build_object('place', claim.place);
      continue;
    end if;
    if replaced_ids is not null then
      update plays set lease_ends_at_ms = 0, ended_at_ms = now_ms where play_id = any (replaced_ids);
    end if;
    entries := entries || json_build_object('place', claim.place, 'replaced', coalesce(replaced_ids, '{}'));
  end loop;
  remaining := array_to_json(entries);
end $$;
