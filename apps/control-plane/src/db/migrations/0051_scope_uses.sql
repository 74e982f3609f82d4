CREATE TABLE "scope_use" (
	"organization_id" text NOT NULL,
	"key_id" text NOT NULL,
	"day" date NOT NULL,
	"needs" text NOT NULL,
	"calls" bigint NOT NULL,
	CONSTRAINT "scope_use_pk" PRIMARY KEY("organization_id","key_id","day","needs")
);
--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "scope_uses_since" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "scope_use_day_index" ON "scope_use" USING btree ("day");