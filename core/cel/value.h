#pragma once

#include "core/cel/type.h"

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::cel {

class Value;
struct ListData;
struct MapData;
/// An object of a library (an IP address, a URL, a quantity, ...). Immutable.
struct Opaque {
    virtual ~Opaque() = default;
    virtual std::string_view typeName() const = 0;
    /// `other` has the same type name.
    virtual bool equals(const Opaque &other) const = 0;
    /// For the cost of calls.
    virtual uint64_t size() const { return 1; }
};

struct Timestamp {
    int64_t seconds = 0; ///< since 1970
    int32_t nanos = 0;   ///< 0 to 999,999,999
    friend auto operator<=>(const Timestamp &, const Timestamp &) = default;
};

/// A value of an expression; errors are values too. Copies are cheap: strings, lists and maps are shared, or views into
/// a JSON document that must live longer than the value (fromJson).
class Value {
public:
    enum class Kind : uint8_t {
        Error,
        Null,
        Bool,
        Int,
        Uint,
        Double,
        String,
        Bytes,
        Timestamp,
        Duration,
        List,
        Map, ///< objects of a schema too
        Optional,
        TypeValue,
        Opaque
    };

    Value() = default; ///< null
    static Value error(std::string message);
    static Value boolean(bool value);
    static Value integer(int64_t value);
    static Value uinteger(uint64_t value);
    static Value real(double value);
    static Value string(std::string text);
    static Value bytes(std::string bytes);
    /// A string whose bytes the caller keeps alive.
    static Value stringView(std::string_view text);
    static Value timestamp(Timestamp value);
    static Value duration(int64_t nanos);
    static Value list(std::vector<Value> items);
    /// Later entries of equal keys are ignored.
    static Value map(std::vector<std::pair<Value, Value>> entries);
    /// The same; entries that are not there read as `missing`, though the map does not contain them.
    static Value map(std::vector<std::pair<Value, Value>> entries, Value missing);
    static Value optional(Value value);
    static Value none();
    static Value typeValue(Type type);
    static Value opaque(std::shared_ptr<const Opaque> object);
    /// A view of a JSON document, which must outlive the value. With dynType() numbers without a fraction are ints,
    /// objects are maps; with a type from a schema values are read as that says.
    static Value fromJson(const boost::json::value &json, const TypeNode &type);

    Kind kind() const { return m_kind; }
    bool isError() const { return m_kind == Kind::Error; }
    bool isTrue() const { return m_kind == Kind::Bool && m_data.boolean; }

    // Each needs its kind.
    bool asBool() const { return m_data.boolean; }
    int64_t asInt() const { return m_data.integer; } ///< also a duration's nanoseconds
    uint64_t asUint() const { return m_data.uinteger; }
    double asDouble() const { return m_data.real; }
    std::string_view asString() const { return {m_data.text.begin, m_data.text.size}; } ///< also bytes and errors
    Timestamp asTimestamp() const { return {m_data.integer, m_nanos}; }
    const Opaque &asOpaque() const;
    const Type &asType() const;
    /// The value of an optional, or null when it has none.
    const Value *optionalValue() const;

    /// Of a list: items; of a map: entries.
    size_t size() const;
    Value item(size_t index) const;
    /// Calls with each key (of a map; null values for lists' keys are indexes) until it returns false.
    void forEachEntry(const std::function<bool(const Value &key, const Value &value)> &call) const;
    /// The entry of a map; an error value "no such key: ..." when there is none.
    Value entry(const Value &key) const;
    bool hasEntry(const Value &key) const;
    /// As entry(), for the field of an object or a map with string keys; has() of it.
    Value select(std::string_view name) const;
    bool hasField(std::string_view name) const;

    /// CEL's equality: across numeric types by amount, deep, never an error.
    friend bool equal(const Value &a, const Value &b);

    /// For people and tests: a CEL literal where there is one.
    std::string text() const;

private:
    friend struct ValueAccess;

    struct TextView {
        const char *begin;
        size_t size;
    };
    struct JsonView {
        const boost::json::value *json; ///< null: the data is in m_owner
        const TypeNode *type;
    };
    union Data {
        bool boolean;
        int64_t integer;
        uint64_t uinteger;
        double real;
        TextView text;
        JsonView view;
        Data() : integer(0) {}
    };

    Kind m_kind = Kind::Null;
    int32_t m_nanos = 0;
    Data m_data;
    std::shared_ptr<const void> m_owner;
};

/// The name of a value's type as type() gives it and messages show it: "int", "list", "google.protobuf.Timestamp".
std::string_view typeName(const Value &value);

} // namespace coracle::cel
