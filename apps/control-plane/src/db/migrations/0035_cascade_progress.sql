CREATE TABLE "cascade_progress" (
	"cascade_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"ended_count" integer NOT NULL
);
--> statement-breakpoint
DROP INDEX "audit_event_changed_access_index";--> statement-breakpoint
ALTER TABLE "cascade_progress" ADD CONSTRAINT "cascade_progress_cascade_id_running_cascade_id_fk" FOREIGN KEY ("cascade_id") REFERENCES "public"."running_cascade"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cascade_progress" ADD CONSTRAINT "cascade_progress_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cascade_progress_organization_id_index" ON "cascade_progress" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "audit_event_changed_access_index" ON "audit_event" USING btree ("organization_id",coalesce("actor" ->> 'keyId', "actor" ->> 'memberId')) WHERE "audit_event"."action" in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update', 'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable');