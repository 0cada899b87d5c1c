/// DNS messages.
#include "clusterd/network/dns/message.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::network;
using fuzz::expect;

namespace {

void checkQuery(std::string_view wire) {
    const auto parsed = dns::Query::parse(wire);
    if (!parsed)
        return;
    const dns::Query &query = parsed->query;
    dns::Answer answer;
    answer.code = parsed->code;
    answer.answers = {dns::Record::address(query.question.name, 5, "10.43.0.10"),
                      dns::Record::srv(query.question.name, 5, 80, "a.b.svc.cluster.local")};
    for (size_t sizeMax : {dns::kUdpSizePlain, dns::kUdpSizeMax, size_t(65535)}) {
        const std::string reply = answer.encode(query, sizeMax);
        expect(reply.size() >= 12 && reply.size() <= sizeMax, "an answer has a head and fits");
        expect(dns::messageId(reply) == query.id, "an answer has the query's id");
        expect(dns::responseCode(reply) == answer.code, "an answer has its code");
        if (parsed->code != dns::ResponseCode::NoError)
            continue;
        const auto records = dns::parseAnswers(reply);
        expect(records.has_value(), "an answer can be read");
        expect(dns::isTruncated(reply) || records->size() == 2, "an answer has its records");
    }
    if (parsed->code != dns::ResponseCode::NoError)
        return;
    const auto again = dns::Query::parse(dns::encodeQuery(query.id, query.question));
    expect(again.has_value() && again->query.question.name == query.question.name, "a name is sent as it is");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view wire = fuzz::asText(data, size);
    checkQuery(wire);
    (void)dns::parseAnswers(wire);
    if (wire.size() >= 12) {
        std::string copy(wire);
        dns::setMessageId(copy, 4711);
        expect(dns::messageId(copy) == 4711 && copy.size() == wire.size(), "the id can be replaced");
    }
    return 0;
}
