/* A toy wallet behind assay's adapter contract, version 1 (spec/adapter.md). The
 * shape is sealed: one verb pays, and no frame is seen. Put calls to your product
 * into carry_out. The members are found by name, which is enough for the lines
 * that the harness writes; use a JSON library for a product. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 9007199254740991ULL /* 2^53 - 1 */
#define UNITS 4096
#define HELLO "{\"version\":1,\"vendor\":\"example\",\"product\":\"toy wallet\",\"release\":\"1.0.0\"," \
  "\"class\":\"BH\",\"tier\":\"model\",\"family\":\"B\",\"shapes\":[\"sealed\"],\"roles\":[\"device\"]," \
  "\"capabilities\":[\"query\",\"defund\"],\"provision\":\"pre-provisioned\",\"lifecycle\":\"reset\"}"

typedef unsigned long long amount;
struct unit { amount balance, max_tx, max_holding; } units[UNITS];
int made; /* units[0] .. units[made-1] */

/* Where the value of a member begins, NULL if there is none. */
static const char *member(const char *line, const char *name) {
  char key[40];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(line, key);
  return at ? at + strlen(key) : NULL;
}

static amount number(const char *line, const char *name, amount none) {
  const char *at = member(line, name);
  return at ? strtoull(at + (*at == '"'), NULL, 10) : none;
}

static int text(const char *line, const char *name, const char *want) {
  const char *at = member(line, name);
  return at && *at == '"' && !strncmp(at + 1, want, strlen(want)) && at[1 + strlen(want)] == '"';
}

static struct unit *unit_of(const char *line, const char *name) {
  const char *at = member(line, name);
  if (!at || strncmp(at, "\"unit-", 6)) return NULL;
  int n = atoi(at + 6);
  return n > 0 && n <= made ? &units[n - 1] : NULL;
}

/* Returns the product's own code of a refusal, or NULL when it is done. */
static const char *carry_out(struct unit *u, const char *line) {
  amount a = number(line, "amount", 0);
  struct unit *to = text(line, "verb", "transfer") ? unit_of(line, "payee") : NULL;
  if (a == 0 || a > MOST) return "AMOUNT";
  if (to == u) return "SELF";
  if (to && a > u->max_tx) return "LIMIT";
  if (text(line, "verb", "fund")) {
    if (u->balance + a > u->max_holding) return "HOLDING";
    u->balance += a;
    return NULL;
  }
  if (a > u->balance) return "FUNDS";
  if (to && to->balance + a > to->max_holding) return "HOLDING";
  u->balance -= a;
  if (to) to->balance += a;
  return NULL;
}

static void answer(const char *line) {
  struct unit *u = unit_of(line, "handle");
  const char *no;
  if (text(line, "verb", "hello")) {
    const char *v = member(line, "versions"), *end = v ? strchr(v, ']') : NULL;
    int ours = 0;
    for (; v && end && v < end; v += strcspn(v + 1, ",]") + 1) ours |= atoi(v + 1) == 1;
    printf(ours ? "\"done\":{\"hello\":%s}" : "\"refused\":{\"code\":110}", HELLO);
  } else if (text(line, "verb", "bye") || (u && text(line, "verb", "provision"))) {
    printf("\"done\":{}");
  } else if (text(line, "verb", "create") && text(line, "role", "device") && made < UNITS) {
    units[made] = (struct unit){0, number(line, "max_tx", MOST), number(line, "max_holding", MOST)};
    printf("\"done\":{\"handle\":\"unit-%d\"}", ++made);
  } else if (u && text(line, "verb", "query")) { /* read it from the unit itself */
    printf("\"done\":{\"value\":{\"spendable\":\"%llu\",\"observed_by\":\"device\"}}", u->balance);
  } else if (u && (text(line, "verb", "fund") || text(line, "verb", "defund") || (text(line, "verb", "transfer") && unit_of(line, "payee")))) {
    if ((no = carry_out(u, line))) printf("\"refused\":{\"vendor\":\"%s\"}", no);
    else printf("\"done\":{}");
  } else {
    printf("\"error\":{\"kind\":\"unsupported\",\"message\":\"this unit has no such verb\"}");
  }
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    printf("{\"id\":%llu,", number(line, "id", 0));
    answer(line);
    printf("}\n");
    fflush(stdout);
    if (text(line, "verb", "bye")) break;
  }
  free(line);
  return 0;
}
