/// config.yaml, and the texts of single settings.
#include "core/config/cidr.h"
#include "core/config/config_file.h"
#include "core/config/token.h"
#include "core/config/values.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::config;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    if (auto entries = parseConfigText(text, "config.yaml")) {
        for (const auto &[key, entry] : *entries)
            expect(entry.isList || entry.values.size() <= 1, "only a list has several values");
        FileEntries merged = *entries;
        mergeEntries(merged, std::move(*entries));
    }
    if (const auto token = Token::parse(text)) {
        const auto again = Token::parse(token->text());
        expect(again && again->caHash == token->caHash && again->user == token->user &&
                   again->password == token->password,
               "parse(text(token)) = token");
    }
    if (const auto address = Address::parse(text))
        expect(Address::parse(address->text()) == *address, "parse(text(address)) = address");
    if (const auto cidr = Cidr::parse(text)) {
        expect(Cidr::parse(cidr->text()) == *cidr, "parse(text(cidr)) = cidr");
        expect(cidr->contains(cidr->network()) && cidr->overlaps(*cidr), "a network contains itself");
    }
    if (const auto range = parsePortRange(text))
        expect(range->first <= range->last, "a range goes upwards");
    (void)parseBool(text);
    (void)parseInteger(text, -10, 10);
    (void)parseDuration(text);
    (void)parseFileMode(text);
    (void)parseLabel(text);
    (void)parseTaint(text);
    (void)parseComponentArgument(text);
    (void)parseDnsName(text);
    (void)parseServerUrl(text);
    for (const std::string &part : splitCommas(text))
        expect(!part.empty(), "empty parts are dropped");
    return 0;
}
