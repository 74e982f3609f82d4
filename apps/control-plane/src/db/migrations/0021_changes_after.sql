CREATE FUNCTION "changes_after" ("last_id" bigint, "rows_max" integer) RETURNS SETOF "change"
LANGUAGE plpgsql STABLE ROWS 1 SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY SELECT * FROM "change" WHERE "id" > "last_id" ORDER BY "id" LIMIT "rows_max";
END
$$;
