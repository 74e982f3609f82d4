ALTER TABLE "device_code" ADD COLUMN "factors" text[];--> statement-breakpoint
ALTER TABLE "device_code" ADD COLUMN "signed_in_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "device_code" ADD COLUMN "authenticated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "factors" text[] DEFAULT '{password}' NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "signed_in_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "authenticated_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "session" SET "signed_in_at" = "created_at", "authenticated_at" = "created_at";
