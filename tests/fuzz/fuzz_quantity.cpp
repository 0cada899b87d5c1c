/// Quantities, times and durations.
#include "core/api/quantity.h"
#include "core/api/time.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

namespace {

template<class T>
void checkTime(std::string_view text) {
    const auto time = T::parse(text);
    if (!time || time->isZero())
        return;
    const auto again = T::parse(time->text());
    expect(again.has_value() && *again == *time, "parse(text(time)) = time");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    checkTime<Time>(text);
    checkTime<MicroTime>(text);
    if (const auto duration = DurationText::parse(text)) {
        const auto again = DurationText::parse(duration->text());
        expect(again.has_value() && *again == *duration, "parse(text(duration)) = duration");
    }
    const auto quantity = Quantity::parse(text);
    if (!quantity)
        return 0;
    const auto again = Quantity::parse(quantity->text());
    expect(again.has_value() && *again == *quantity, "parse(text(quantity)) = quantity");
    expect(again->text() == quantity->text(), "the canonical text stays the same");
    expect((*quantity - *quantity).isZero(), "a - a = 0");
    expect(quantity->sign() == (*quantity > Quantity() ? 1 : *quantity < Quantity() ? -1 : 0), "sign");
    (void)(*quantity + *quantity).text();
    (void)(*quantity * INT64_MAX).text();
    (void)quantity->milliValue();
    (void)quantity->approximate();
    return 0;
}
