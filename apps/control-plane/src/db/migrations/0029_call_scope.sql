UPDATE "api_key" SET "scopes" = ARRAY(SELECT "scope" FROM unnest("scopes" || 'apis.call'::text) AS "scope" ORDER BY "scope" COLLATE "C")
WHERE "profile" <> 'read-only' AND NOT 'apis.call' = ANY("scopes");--> statement-breakpoint
UPDATE "role" SET "scopes" = ARRAY(SELECT "scope" FROM unnest("scopes" || 'apis.call'::text) AS "scope" ORDER BY "scope" COLLATE "C")
WHERE NOT 'apis.call' = ANY("scopes");--> statement-breakpoint
UPDATE "workspace" SET "version" = "version" + 1, "revision" = gen_random_uuid();
