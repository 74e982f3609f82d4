ALTER TABLE "invitation" ADD COLUMN "mail_failed_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE "idempotency" SET "answer" = "answer" || '{"mailFailedAt": null}' WHERE starts_with("answer" ->> 'id', 'inv_');
