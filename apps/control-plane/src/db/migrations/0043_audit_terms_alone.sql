ALTER TABLE "audit_term" DROP CONSTRAINT "audit_term_organization_id_organization_id_fk";
