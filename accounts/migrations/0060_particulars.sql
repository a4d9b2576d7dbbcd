-- An NPI is ten digits, begins with 1 or 2, and its last digit checks the others by Luhn's rule with
-- 80840 before them, which adds 24. Digits on odd places count twice.
CREATE FUNCTION accounts_is_npi(npi text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN npi ~ '^[12][0-9]{9}$' THEN (
        SELECT (24 + sum(CASE
            WHEN place % 2 = 0 THEN digit
            WHEN digit > 4 THEN digit * 2 - 9
            ELSE digit * 2
        END)) % 10 = 0
        FROM generate_series(1, 10) AS place,
        LATERAL (SELECT substr(npi, place, 1)::int AS digit) AS of_place
    ) ELSE false END
$$;

ALTER TABLE accounts_practiceparticulars ADD CONSTRAINT accounts_practiceparticulars_npi_right
    CHECK (npi = '' OR accounts_is_npi(npi));
ALTER TABLE accounts_therapistparticulars ADD CONSTRAINT accounts_therapistparticulars_npi_right
    CHECK (accounts_is_npi(npi));

-- reverse
ALTER TABLE accounts_therapistparticulars DROP CONSTRAINT accounts_therapistparticulars_npi_right;
ALTER TABLE accounts_practiceparticulars DROP CONSTRAINT accounts_practiceparticulars_npi_right;
DROP FUNCTION accounts_is_npi(text);
