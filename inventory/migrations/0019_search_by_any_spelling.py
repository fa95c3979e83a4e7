"""Goods and questions are split into words by one rule, in the database; and words that mean the same."""

import django.contrib.postgres.fields
from django.db import migrations, models

import inventory.models.search

reviewed = "RunSQL: functions are made and replaced, which waits for nobody; five rows go into a new table."

# The whole search, from letters to queries: docs/search.md. Classes of characters are by code point, so that they are
# the same in every locale of a database.
FUNCTIONS = r"""
-- The text without accents, in one case, composed, and without characters that nobody sees or types.
CREATE FUNCTION inventory_plain(line text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT normalize(
        replace(replace(replace(translate(
            regexp_replace(
                lower(upper(normalize(line, NFKD))),  -- by upper: a Greek sigma has two small letters
                '[\u00ad\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+',
                '', 'g'),
            'øłđħŧı', 'oldhti'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
        NFC)
$$;

-- Its words: what stands between signs, symbols and blanks.
CREATE FUNCTION inventory_words(line text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_remove(regexp_split_to_array(inventory_plain(line),
        '[\u0001-/:-@\[-`{-\u00bf\u00d7\u00f7\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u1680\u2000-\u2131\u2133-\u214d\u214f-\u2182\u2185-\u2bff\u2e00-\u2e2e\u2e30-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ue000-\uf8ff\ufe10-\ufe1f\ufe30-\ufe6f\ufff0-\uffff\U0001f000-\U0001faff]+'), '')
$$;

-- Each word joined with the next: "tea light" is found as "tealight".
CREATE FUNCTION inventory_pairs(words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(words[place] || words[place + 1] ORDER BY place), '{}')
      FROM generate_series(1, cardinality(words) - 1) place
$$;

-- The lexeme of a whole text. No word has its first letter. PostgreSQL stores lexemes of up to 2,046 bytes.
CREATE FUNCTION inventory_whole(line text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '=' || left(regexp_replace(inventory_plain(line), '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', '', 'g'), 500)
$$;

CREATE FUNCTION inventory_lexemes(line text, weight "char") RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', array_to_string(words, ' ')), weight)
        || setweight(to_tsvector('pg_catalog.english', array_to_string(inventory_pairs(words), ' ')), 'D')
      FROM inventory_words(line) words
$$;

CREATE OR REPLACE FUNCTION inventory_product_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    variant record;
BEGIN
    NEW.search := inventory_lexemes(NEW.name, 'A') || inventory_lexemes(NEW.number, 'B')
        || array_to_tsvector(ARRAY[inventory_whole(NEW.name), inventory_whole(NEW.number)]);
    FOR variant IN
        SELECT sku, name FROM inventory_productvariant WHERE product_id = NEW.id AND is_active ORDER BY sku
    LOOP
        NEW.search := NEW.search || inventory_lexemes(variant.sku, 'B') || inventory_lexemes(variant.name, 'B')
            || array_to_tsvector(ARRAY[inventory_whole(variant.sku)]);
    END LOOP;
    RETURN NEW;
END $$;

-- What finds a text as a whole: a name, a number or an SKU.
CREATE FUNCTION inventory_whole_query(line text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ('''' || replace(replace(inventory_whole(line), '\', '\\'), '''', '''''') || '''')::tsquery
$$;

-- What finds a word. The last one of a question may be a beginning, unless it is a number or very short: each sku that
-- begins with 1 is not what a search for 1 is after. Three bytes are three English letters, or one Chinese sign.
CREATE FUNCTION inventory_word_query(word text, is_last boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_tsquery('pg_catalog.english', '''' || left(word, 200) || ''''
        || CASE WHEN is_last AND octet_length(word) > 2 AND word !~ '^[0-9]+$' THEN ':*' ELSE '' END)
$$;

-- What finds words that stand side by side, or are written as one.
CREATE FUNCTION inventory_phrase_query(words text[], is_last boolean) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts text[] := CASE WHEN cardinality(words) = 1 THEN words ELSE inventory_pairs(words) END;
    found tsquery := '';
BEGIN
    FOR place IN 1..cardinality(parts) LOOP
        found := found && inventory_word_query(parts[place], is_last AND place = cardinality(parts));
    END LOOP;
    RETURN found;
END $$;

CREATE FUNCTION inventory_synonym_queries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.queries := ARRAY(
        SELECT DISTINCT inventory_phrase_query(inventory_words(phrase), FALSE)::text
          FROM regexp_split_to_table(NEW.words, ',') phrase
         WHERE numnode(inventory_phrase_query(inventory_words(phrase), FALSE)) > 0);
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_synonym_queries BEFORE INSERT OR UPDATE ON inventory_synonym
    FOR EACH ROW EXECUTE FUNCTION inventory_synonym_queries();

-- What finds the goods that somebody asks for: each of the first twelve words, or the whole text. A word is found by
-- itself or joined with a neighbour. Up to four that have synonyms are found side by side, or by one of these.
CREATE FUNCTION inventory_query(asked text) RETURNS tsquery LANGUAGE plpgsql STABLE STRICT
SET client_min_messages = warning AS $$  -- PostgreSQL notes each query without a lexeme
DECLARE
    typed text[] := (inventory_words(asked))[:12];
    count int := cardinality(typed);
    place int := 1;
    known text;
    size int;
    other text;
    one tsquery;
    found tsquery := '';
BEGIN
    WHILE place <= count LOOP
        size := least(4, count - place + 1);
        LOOP
            known := inventory_phrase_query(typed[place:place + size - 1], FALSE);
            EXIT WHEN size = 1 OR EXISTS (SELECT FROM inventory_synonym WHERE known = ANY (queries));
            size := size - 1;
        END LOOP;
        one := inventory_phrase_query(typed[place:place + size - 1], place + size > count);
        IF size = 1 AND numnode(one) > 0 THEN  -- else a word like "of", which no product is asked to have
            IF place > 1 THEN
                one := one || inventory_word_query(typed[place - 1] || typed[place], place = count);
            END IF;
            IF place < count THEN
                one := one || inventory_word_query(typed[place] || typed[place + 1], place + 1 = count);
            END IF;
        END IF;
        FOR other IN SELECT DISTINCT unnest(queries) FROM inventory_synonym WHERE known = ANY (queries) LOOP
            one := one || other::tsquery;
        END LOOP;
        found := found && one;
        place := place + size;
    END LOOP;
    RETURN found || inventory_whole_query(asked);
END $$;
"""
# British and American, and what gift shops sell under several names. Staff change and delete them.
SHIPPED = """
INSERT INTO inventory_synonym (words) VALUES
    ('Christmas, xmas'), ('colour, color'), ('grey, gray'), ('jewellery, jewelry'), ('t-light, tea light, tealight');
"""
BEFORE = """
DROP FUNCTION inventory_query, inventory_phrase_query, inventory_word_query, inventory_whole_query;
CREATE OR REPLACE FUNCTION inventory_product_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search :=
        setweight(to_tsvector('pg_catalog.english', NEW.name), 'A') ||
        setweight(to_tsvector('pg_catalog.english', NEW.number || ' ' || coalesce(
            (SELECT string_agg(sku || ' ' || name, ' ' ORDER BY sku)
               FROM inventory_productvariant WHERE product_id = NEW.id AND is_active), '')), 'B');
    RETURN NEW;
END $$;
DROP TRIGGER inventory_synonym_queries ON inventory_synonym;
DROP FUNCTION inventory_synonym_queries, inventory_lexemes, inventory_whole, inventory_pairs, inventory_words, inventory_plain;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0018_import_changes_nothing")]

    operations = [
        migrations.CreateModel(
            name="Synonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    models.CharField(
                        help_text="At least two, with commas between them: “xmas, Christmas”. Who searches for one finds all.",
                        max_length=200,
                        validators=[inventory.models.search.check_synonyms],
                    ),
                ),
                (
                    "queries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, editable=False, null=True, size=None
                    ),
                ),
            ],
            options={"ordering": ["words"]},
        ),
        migrations.RunSQL(FUNCTIONS + SHIPPED, BEFORE),
    ]
