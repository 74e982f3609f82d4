ALTER TABLE "organization" ADD COLUMN "audit_retention_days" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "audit_first_sequence" bigint DEFAULT 1 NOT NULL;