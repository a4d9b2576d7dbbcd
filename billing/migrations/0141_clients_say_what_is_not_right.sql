-- The guards of what clients say of their invoices. They refuse as the caller, and never compute.

-- What was said and answered stays; words are sealed anew for a new key of the practice alone.
CREATE FUNCTION billing_question_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'own_words' IS DISTINCT FROM to_jsonb(OLD) - 'own_words' THEN
        RAISE EXCEPTION 'what a client said and was answered stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER billing_question_stays BEFORE UPDATE OR DELETE ON billing_invoicequestion
    FOR EACH ROW EXECUTE FUNCTION billing_question_stays();
CREATE TRIGGER billing_answer_stays BEFORE UPDATE OR DELETE ON billing_questionanswer
    FOR EACH ROW EXECUTE FUNCTION billing_question_stays();

-- A question is of an invoice that stands, of the link's own client, and of a line of it. One waits at a
-- time, and a third of the same is the last.
CREATE FUNCTION billing_invoicequestion_fits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_invoice AS invoice
        JOIN clients_client AS billed
            ON billed.practice_id = invoice.practice_id AND billed.id = invoice.client_id
        JOIN billing_paylink AS link
            ON link.practice_id = invoice.practice_id AND link.id = NEW.link_id
        JOIN clients_client AS named
            ON named.practice_id = link.practice_id AND named.id = link.client_id
        WHERE invoice.practice_id = NEW.practice_id AND invoice.id = NEW.invoice_id
            AND coalesce(billed.merged_into_id, billed.id) = coalesce(named.merged_into_id, named.id)
            AND NOT EXISTS (SELECT FROM billing_invoicevoided AS void
                WHERE void.practice_id = invoice.practice_id AND void.invoice_id = invoice.id)
    ) THEN
        RAISE EXCEPTION 'a client asks about an invoice of their own' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.line_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_invoiceline WHERE practice_id = NEW.practice_id
            AND id = NEW.line_id AND invoice_id = NEW.invoice_id
    ) THEN
        RAISE EXCEPTION 'a client asks about a line of the invoice' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_invoicequestion AS other
        WHERE other.practice_id = NEW.practice_id AND other.invoice_id = NEW.invoice_id
            AND other.kind = NEW.kind AND other.line_id IS NOT DISTINCT FROM NEW.line_id
            AND other.id <> NEW.id
            AND NOT EXISTS (SELECT FROM billing_questionanswer AS answer
                WHERE answer.practice_id = other.practice_id AND answer.question_id = other.id)
    ) THEN
        RAISE EXCEPTION 'the same waits for an answer' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM billing_invoicequestion AS other
        WHERE other.practice_id = NEW.practice_id AND other.invoice_id = NEW.invoice_id
            AND other.kind = NEW.kind AND other.line_id IS NOT DISTINCT FROM NEW.line_id) > 3
    THEN
        RAISE EXCEPTION 'a client asks the same three times' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_invoicequestion_fits AFTER INSERT ON billing_invoicequestion
    FOR EACH ROW EXECUTE FUNCTION billing_invoicequestion_fits();

-- An answer is one to its kind of question, and a payment that was found pays the invoice.
CREATE FUNCTION billing_questionanswer_is_true() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_invoicequestion AS question
        WHERE question.practice_id = NEW.practice_id AND question.id = NEW.question_id
            AND (question.kind = 'PAID') = (NEW.outcome IN ('FOUND', 'NOT_FOUND'))
    ) THEN
        RAISE EXCEPTION 'an answer is to its kind of question' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.payment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_invoicequestion AS question
        JOIN billing_paymentapplication AS applied
            ON applied.practice_id = question.practice_id
            AND applied.invoice_id = question.invoice_id AND applied.payment_id = NEW.payment_id
        WHERE question.practice_id = NEW.practice_id AND question.id = NEW.question_id
            AND NOT EXISTS (SELECT FROM billing_applicationtakenback AS back
                WHERE back.practice_id = applied.practice_id AND back.application_id = applied.id)
    ) THEN
        RAISE EXCEPTION 'a payment that was found pays the invoice' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_questionanswer_is_true AFTER INSERT ON billing_questionanswer
    FOR EACH ROW EXECUTE FUNCTION billing_questionanswer_is_true();

-- Nobody is reminded while the practice owes them an answer.
CREATE FUNCTION billing_letter_waits_for_answers() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_invoicequestion AS question
        JOIN billing_invoice AS invoice
            ON invoice.practice_id = question.practice_id AND invoice.id = question.invoice_id
        JOIN clients_client AS billed
            ON billed.practice_id = invoice.practice_id AND billed.id = invoice.client_id
        WHERE question.practice_id = NEW.practice_id
            AND NEW.client_id IN (billed.id, billed.merged_into_id)
            AND NOT EXISTS (SELECT FROM billing_questionanswer AS answer
                WHERE answer.practice_id = question.practice_id AND answer.question_id = question.id)
    ) THEN
        RAISE EXCEPTION 'nobody is reminded whose question waits for an answer'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER billing_letter_waits_for_answers AFTER INSERT ON billing_letter
    FOR EACH ROW WHEN (NEW.kind = 'REMINDER') EXECUTE FUNCTION billing_letter_waits_for_answers();

-- reverse
DROP TRIGGER billing_letter_waits_for_answers ON billing_letter;
DROP FUNCTION billing_letter_waits_for_answers();
DROP TRIGGER billing_questionanswer_is_true ON billing_questionanswer;
DROP FUNCTION billing_questionanswer_is_true();
DROP TRIGGER billing_invoicequestion_fits ON billing_invoicequestion;
DROP FUNCTION billing_invoicequestion_fits();
DROP TRIGGER billing_answer_stays ON billing_questionanswer;
DROP TRIGGER billing_question_stays ON billing_invoicequestion;
DROP FUNCTION billing_question_stays();
