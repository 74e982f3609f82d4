CREATE TABLE "call_count" (
	"organization_id" text NOT NULL,
	"workspace_id" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"key_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"route" text NOT NULL,
	"method" text NOT NULL,
	"code" text NOT NULL,
	"calls" bigint NOT NULL,
	CONSTRAINT "call_count_pk" PRIMARY KEY("organization_id","workspace_id","hour","key_id","gateway_id","route","method","code")
);
--> statement-breakpoint
CREATE TABLE "shadow_denial" (
	"organization_id" text NOT NULL,
	"policy_id" text NOT NULL,
	"workspace_id" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"denied" bigint NOT NULL,
	CONSTRAINT "shadow_denial_pk" PRIMARY KEY("organization_id","policy_id","workspace_id","hour")
);
--> statement-breakpoint
CREATE INDEX "call_count_hour_index" ON "call_count" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "shadow_denial_hour_index" ON "shadow_denial" USING btree ("hour");