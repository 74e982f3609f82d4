CREATE TABLE "canary_use" (
	"organization_id" text NOT NULL,
	"key_id" text NOT NULL,
	"place" text NOT NULL,
	"ip" text NOT NULL,
	"user_agent" text NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "canary_use_organization_id_key_id_place_ip_user_agent_pk" PRIMARY KEY("organization_id","key_id","place","ip","user_agent")
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "canary" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "canary_use" ADD CONSTRAINT "canary_use_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
UPDATE "idempotency" SET "answer" = "answer" || '{"canary": false}' WHERE "answer" ->> 'id' LIKE 'key\_%';
