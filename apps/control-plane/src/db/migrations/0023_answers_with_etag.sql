UPDATE "idempotency" SET "answer" = "answer" || '{"etag": ""}' WHERE NOT "answer" ? 'etag';
