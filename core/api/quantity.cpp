#include "core/api/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace coracle::api {

namespace {

using Wide = __int128;
using Format = Quantity::Format;

constexpr int64_t kNano = 1'000'000'000;
constexpr int kNanoDigits = 9;

constexpr Wide powerOfTen(int exponent) {
    Wide result = 1;
    while (exponent-- > 0)
        result *= 10;
    return result;
}

/// The largest amount, in nanos: 10^29 units.
constexpr Wide kMaxNano = powerOfTen(38);
constexpr Wide kMaxBinaryNano = Wide(std::numeric_limits<int64_t>::max()) * kNano;

Wide clampToMax(Wide nano) {
    return std::clamp(nano, -kMaxNano, kMaxNano);
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

struct Suffix {
    std::string_view text;
    Format format;
    int exponent; ///< of 10, or of 2 for binary suffixes
};

constexpr std::array kSuffixes{
    Suffix{"n", Format::DecimalSi, -9}, Suffix{"u", Format::DecimalSi, -6}, Suffix{"m", Format::DecimalSi, -3},
    Suffix{"", Format::DecimalSi, 0},   Suffix{"k", Format::DecimalSi, 3},  Suffix{"M", Format::DecimalSi, 6},
    Suffix{"G", Format::DecimalSi, 9},  Suffix{"T", Format::DecimalSi, 12}, Suffix{"P", Format::DecimalSi, 15},
    Suffix{"E", Format::DecimalSi, 18}, Suffix{"Ki", Format::BinarySi, 10}, Suffix{"Mi", Format::BinarySi, 20},
    Suffix{"Gi", Format::BinarySi, 30}, Suffix{"Ti", Format::BinarySi, 40}, Suffix{"Pi", Format::BinarySi, 50},
    Suffix{"Ei", Format::BinarySi, 60},
};

std::optional<Suffix> interpret(std::string_view text) {
    for (const Suffix &suffix : kSuffixes)
        if (suffix.text == text)
            return suffix;
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E'))
        return std::nullopt;
    text.remove_prefix(1);
    if (text[0] == '+')
        text.remove_prefix(1);
    int64_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return Suffix{"", Format::DecimalExponent, int(std::clamp<int64_t>(exponent, -1'000'000, 1'000'000))};
}

/// Digits of a whole number, most significant first; saturates.
Wide wholeNumber(std::string_view digits) {
    Wide result = 0;
    for (char c : digits) {
        if (result >= kMaxNano / 10)
            return kMaxNano;
        result = result * 10 + (c - '0');
    }
    return result;
}

bool anyNonZero(std::string_view digits) {
    return digits.find_first_not_of('0') != std::string_view::npos;
}

/// whole.fraction * 10^exponent in nanos, rounded up.
Wide decimalNanos(std::string_view whole, std::string_view fraction, int exponent) {
    std::string digits(whole);
    digits += fraction;
    const int64_t shift = int64_t(exponent) + kNanoDigits - int64_t(fraction.size());
    if (!anyNonZero(digits))
        return 0;
    if (shift < 0) {
        const size_t dropped = std::min<size_t>(size_t(-shift), digits.size());
        const std::string_view kept = std::string_view(digits).substr(0, digits.size() - dropped);
        return clampToMax(wholeNumber(kept) + anyNonZero(std::string_view(digits).substr(kept.size())));
    }
    Wide result = wholeNumber(digits);
    for (int64_t i = 0; i < shift && result < kMaxNano; ++i)
        result = result > kMaxNano / 10 ? kMaxNano : result * 10;
    return result;
}

/// whole.fraction * 2^exponent in nanos, rounded up; fractions are read to 18 places.
Wide binaryNanos(std::string_view whole, std::string_view fraction, int exponent) {
    constexpr size_t kPlaces = 18;
    const Wide factor = Wide(1) << exponent;
    const Wide units = wholeNumber(whole);
    if (units > std::numeric_limits<int64_t>::max() / factor)
        return kMaxBinaryNano;
    std::string places(fraction.substr(0, kPlaces));
    places.resize(kPlaces, '0');
    Wide part = wholeNumber(places);
    if (fraction.size() > kPlaces && anyNonZero(fraction.substr(kPlaces)))
        ++part;
    const Wide partNano = (part * factor + kNano - 1) / kNano; // 10^-18 units to nanos
    return std::min(units * factor * kNano + partNano, kMaxBinaryNano);
}

std::string decimalText(Wide number) {
    const bool negative = number < 0;
    if (negative)
        number = -number;
    std::string digits;
    do
        digits.insert(digits.begin(), char('0' + int(number % 10)));
    while ((number /= 10) != 0);
    return negative ? "-" + digits : digits;
}

/// A mantissa without trailing zeros and an exponent that is a multiple of three.
std::string decimalForm(Wide nano, Format format) {
    int exponent = -kNanoDigits;
    while (nano % 1000 == 0) {
        nano /= 1000;
        exponent += 3;
    }
    std::string text = decimalText(nano);
    if (format == Format::DecimalSi)
        for (const Suffix &suffix : kSuffixes)
            if (suffix.format == Format::DecimalSi && suffix.exponent == exponent)
                return text.append(suffix.text);
    return exponent == 0 ? text : fmt::format("{}e{}", text, exponent);
}

std::string binaryForm(Wide value) {
    size_t power = 0;
    while (value % 1024 == 0 && power < 6) {
        value /= 1024;
        ++power;
    }
    constexpr std::array<std::string_view, 7> kNames{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    return decimalText(value).append(kNames[power]);
}

} // namespace

Quantity::Quantity(int64_t value, Format format) : m_nano(Wide(value) * kNano), m_format(format) {}

Quantity Quantity::fromMilli(int64_t value, Format format) {
    Quantity quantity;
    quantity.m_nano = Wide(value) * (kNano / 1000);
    quantity.m_format = format;
    return quantity;
}

Result<Quantity> Quantity::parse(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\v\f\r";
    const size_t first = text.find_first_not_of(kSpace);
    text = first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
    const auto wrongFormat = [] {
        return errors::badRequest(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    };
    if (text.empty())
        return wrongFormat();
    const bool negative = text[0] == '-';
    size_t position = text[0] == '-' || text[0] == '+';
    const auto takeDigits = [&] {
        const size_t start = position;
        while (position < text.size() && isDigit(text[position]))
            ++position;
        return text.substr(start, position - start);
    };
    const std::string_view whole = takeDigits();
    std::string_view fraction;
    if (position < text.size() && text[position] == '.') {
        ++position;
        fraction = takeDigits();
    }
    const std::string_view suffixText = text.substr(position);
    position = std::min(text.find_first_not_of("eEinumkKMGTP", position), text.size());
    if (position < text.size() && (text[position] == '-' || text[position] == '+'))
        ++position;
    takeDigits();
    if (position != text.size())
        return wrongFormat();
    const std::optional<Suffix> suffix = interpret(suffixText);
    if (!suffix)
        return errors::badRequest("unable to parse quantity's suffix");

    Quantity quantity;
    quantity.m_format = suffix->format;
    quantity.m_nano = suffix->format == Format::BinarySi ? binaryNanos(whole, fraction, suffix->exponent)
                                                         : decimalNanos(whole, fraction, suffix->exponent);
    if (suffix->format == Format::BinarySi && quantity.m_nano < kNano && quantity.m_nano > 0)
        quantity.m_format = Format::DecimalSi; // less than one byte is no binary amount
    if (negative)
        quantity.m_nano = -quantity.m_nano;
    return quantity;
}

std::string Quantity::text() const {
    if (m_nano == 0)
        return "0";
    const Wide value = m_nano / kNano;
    // Small and fractional binary amounts are written in decimal, where nothing is lost.
    if (m_format == Format::BinarySi && m_nano % kNano == 0 && (value <= -1024 || value >= 1024))
        return binaryForm(value);
    return decimalForm(m_nano, m_format == Format::DecimalExponent ? m_format : Format::DecimalSi);
}

int64_t Quantity::scaledUp(int64_t nanosPerUnit) const {
    Wide result = m_nano / nanosPerUnit;
    if (m_nano % nanosPerUnit != 0)
        result += m_nano < 0 ? -1 : 1;
    return int64_t(std::clamp<Wide>(result, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
}

int64_t Quantity::value() const {
    return scaledUp(kNano);
}

int64_t Quantity::milliValue() const {
    return scaledUp(kNano / 1000);
}

double Quantity::approximate() const {
    return double(m_nano) / double(kNano);
}

Quantity &Quantity::operator+=(const Quantity &other) {
    if (m_nano == 0)
        m_format = other.m_format;
    Wide sum = 0;
    if (__builtin_add_overflow(m_nano, other.m_nano, &sum))
        sum = m_nano < 0 ? -kMaxNano : kMaxNano;
    m_nano = clampToMax(sum);
    return *this;
}

Quantity &Quantity::operator-=(const Quantity &other) {
    Quantity negated = other;
    negated.m_nano = -negated.m_nano;
    return *this += negated;
}

Quantity &Quantity::operator*=(int64_t factor) {
    Wide product = 0;
    if (__builtin_mul_overflow(m_nano, Wide(factor), &product))
        product = (m_nano < 0) == (factor < 0) ? kMaxNano : -kMaxNano;
    m_nano = clampToMax(product);
    return *this;
}

} // namespace coracle::api
