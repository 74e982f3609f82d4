UPDATE "idempotency" SET "answer" = "answer" || '{"tags": []}' WHERE starts_with("answer" ->> 'id', 'key_');
