#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"
#include "core/api/label_syntax.h"
#include "core/api/quantity.h"

#include <optional>

/// Rules that many kinds share (apimachinery util/validation and pkg/apis/core/validation). The text rules answer with
/// what is wrong in the standard words, empty when nothing is.
namespace coracle::apiserver {

using Problems = std::vector<std::string>;
using api::dns1035LabelErrors;
using api::dns1123LabelErrors;
using api::dns1123SubdomainErrors;
using api::labelValueErrors;
using api::pathSegmentErrors;   // names of RBAC objects
using api::qualifiedNameErrors; // [prefix/]name
using api::wildcardSubdomainErrors;

Problems configKeyErrors(std::string_view text);
Problems envNameErrors(std::string_view text);
Problems portNameErrors(std::string_view text);
Problems domainPrefixedPathErrors(std::string_view text); ///< domain/path
Problems httpHeaderNameErrors(std::string_view text);
Problems cIdentifierErrors(std::string_view text);
Problems csiDriverNameErrors(std::string_view text);
Problems fullyQualifiedNameErrors(std::string_view text); ///< a domain of at least three segments

inline constexpr std::string_view kNotNegative = "must be greater than or equal to 0";
inline constexpr std::string_view kPortRange = "must be between 1 and 65535, inclusive";
inline constexpr std::string_view kPositive = "must be greater than 0";
inline constexpr std::string_view kIdRange = "must be between 0 and 2147483647, inclusive";

/// What a member must be when it is set. Text members: absent and empty are the same.
class Checker {
public:
    explicit Checker(std::vector<StatusCause> &causes) : errors(causes) {}

    FieldErrors errors;

    using Rule = Problems (*)(std::string_view);
    /// Must be set and follow the rule. False when it is absent.
    bool requiredText(const FieldPath &path, const JsonObject &object, std::string_view name, Rule rule = nullptr);
    void optionalText(const FieldPath &path, const JsonObject &object, std::string_view name, Rule rule);
    /// One of the words; required when absent.
    void requiredWord(const FieldPath &path, const JsonObject &object, std::string_view name, Words words);
    /// One of the words when it is set.
    void optionalWord(const FieldPath &path, const JsonObject &object, std::string_view name, Words words);
    void notNegative(const FieldPath &path, const JsonObject &object, std::string_view name);
    void intRange(const FieldPath &path, const JsonObject &object, std::string_view name, int64_t least, int64_t most,
                  std::string_view detail);
    /// The member equals the stored one, else "field is immutable".
    void immutable(const FieldPath &path, const JsonObject &object, const JsonObject &old, std::string_view name);
    /// At least 1 when it is set.
    void positive(const FieldPath &path, const JsonObject &object, std::string_view name);
    /// Each must be set, as text or otherwise.
    void required(const FieldPath &path, const JsonObject &object, std::initializer_list<std::string_view> names);
    /// Calls visit(path, item) for the objects of a list.
    template<class Visit>
    void each(const FieldPath &path, const JsonObject &object, std::string_view list, Visit visit) {
        const JsonArray &items = arrayAt(object, list);
        for (size_t i = 0; i < items.size(); ++i)
            visit((path / list)[i], asObject(items[i]));
    }
    /// Calls visit(path, text) for the texts of a list.
    template<class Visit>
    void eachText(const FieldPath &path, const JsonObject &object, std::string_view list, Visit visit) {
        const JsonArray &items = arrayAt(object, list);
        for (size_t i = 0; i < items.size(); ++i)
            visit((path / list)[i], asText(items[i]));
    }
    void maxItems(const FieldPath &path, const JsonObject &object, std::string_view list, size_t most);
    void maxBytes(const FieldPath &path, const JsonObject &object, std::string_view name, size_t most);
    /// The amount must be greater than zero.
    void positiveQuantity(const FieldPath &path, const JsonValue &value);
    /// A path below some folder: relative and without a way up. Nothing is said about an empty one.
    void localPath(const FieldPath &path, std::string_view text);
    void noWayUp(const FieldPath &path, std::string_view text); ///< no ".." in a path
    void portNumber(const FieldPath &path, int64_t port);
    /// A port number or the name of a port.
    void portNumberOrName(const FieldPath &path, const JsonValue &port);
    void ip(const FieldPath &path, std::string_view address);
    void cidr(const FieldPath &path, std::string_view cidr);
    /// int >= 0 or a percentage.
    void intOrPercent(const FieldPath &path, const JsonValue &value);
    /// A quantity >= 0; nothing when it is none (the cause is added).
    std::optional<api::Quantity> quantity(const FieldPath &path, const JsonValue &value);
    /// Counters of a status: none negative, and none above the one that limits it.
    struct Limit {
        std::string_view counter, limit, words = "cannot be greater than status.replicas";
    };
    void counters(const JsonObject &object, std::initializer_list<std::string_view> names,
                  std::initializer_list<Limit> limits = {});
    void labels(const FieldPath &path, const JsonObject &labels);
    void annotations(const FieldPath &path, const JsonObject &annotations);
    /// meta/v1 LabelSelector.
    void labelSelector(const FieldPath &path, const JsonObject &selector);
    /// The selector of a workload: set, not empty and matched by the template's labels. The owner is what the words
    /// for an empty selector name.
    void workloadSelector(const JsonObject &object, std::string_view owner);
};

/// Whether labels match a meta/v1 LabelSelector; an empty selector matches everything, an unknown operator nothing.
bool selectorMatches(const JsonObject &selector, const JsonObject &labels);

bool isIp(std::string_view text);
bool isIpv6(std::string_view text);
struct Cidr {
    std::string bytes; ///< of the network, masked
    int prefix = 0;
    bool contains(std::string_view ipBytes) const;
    std::string text() const;
};
std::optional<Cidr> parseCidr(std::string_view text);
/// An address that another machine can reach: not unspecified, loopback or link-local.
Problems reachableIpErrors(std::string_view text);
/// The address's canonical form (RFC 5952 for IPv6); empty when it is no address.
std::string canonicalIp(std::string_view text);
/// The number of a percentage ("25%"), or nothing.
std::optional<int64_t> percentOf(const JsonValue &value);
bool oneOf(std::string_view word, Words words);

} // namespace coracle::apiserver
