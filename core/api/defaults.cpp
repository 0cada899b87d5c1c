#include "core/api/defaults.h"

#include "core/api/default_rules.h"
#include "core/api/flat_fields.h"
#include "core/api/quantity.h"

#include <boost/json/parse.hpp>
#include <unordered_map>

namespace coracle::api {

bool tree::isUnset(const object &parent, std::string_view key) {
    const value *member = parent.if_contains(key);
    if (!member || member->is_null())
        return true;
    if (member->is_string())
        return member->get_string().empty();
    if (member->is_array())
        return member->get_array().empty();
    if (member->is_object())
        return member->get_object().empty();
    if (member->is_bool())
        return !member->get_bool();
    return member->is_int64() && member->get_int64() == 0;
}

namespace {

using Rule = void (*)(tree::object &);

/// Which types have defaults of their own or somewhere below, so that all others are passed over.
class Plan {
public:
    struct Entry {
        Rule rule = nullptr;
        bool relevant = false;
    };

    Plan() {
        for (const auto &rules : {podDefaultRules(), coreDefaultRules(), workloadDefaultRules(), otherDefaultRules()}) {
            for (const DefaultRule &rule : rules)
                m_entries[findType(rule.package, rule.type)] = {rule.apply, true};
        }
        for (bool changed = true; std::exchange(changed, false);) {
            for (const PackageInfo &package : packages()) {
                for (const TypeInfo &type : package.types)
                    changed |= markRelevant(type);
            }
        }
    }

    Entry of(const TypeInfo &type) const {
        const auto found = m_entries.find(&type);
        return found != m_entries.end() ? found->second : Entry();
    }

private:
    bool markRelevant(const TypeInfo &type) {
        if (of(type).relevant)
            return false;
        for (const FieldInfo &field : type.fields) {
            const bool below = field.kind == ValueKind::Struct && of(*field.type).relevant;
            const bool amounts = field.kind == ValueKind::Quantity && field.container == Container::Map;
            if (below || amounts || !field.defaultJson.empty()) {
                m_entries[&type].relevant = true;
                return true;
            }
        }
        return false;
    }

    std::unordered_map<const TypeInfo *, Entry> m_entries;
};

const Plan &plan() {
    static const Plan kPlan;
    return kPlan;
}

/// A default that Go's omitempty would drop again is none ("" of a plain string).
bool isVisible(const FieldInfo &field) {
    return field.pointer || !field.omitEmpty ||
           (field.defaultJson != "\"\"" && field.defaultJson != "0" && field.defaultJson != "false");
}

void applyConstants(const FlatFields &fields, tree::object &object) {
    for (const FieldInfo *field : fields) {
        if (field->defaultJson.empty() || !isVisible(*field))
            continue;
        const bool unset = field->pointer ? !tree::has(object, field->name) : tree::isUnset(object, field->name);
        if (unset)
            object[field->name] = boost::json::parse(field->defaultJson, object.storage());
    }
}

/// Amounts of resources are not kept finer than 1/1000 (SetDefaults_ResourceList).
void roundAmounts(tree::value &list) {
    tree::object *amounts = list.if_object();
    if (!amounts)
        return;
    for (auto &[name, amount] : *amounts) {
        const auto *text = amount.if_string();
        const auto quantity = text ? Quantity::parse(*text) : Result<Quantity>(Quantity());
        if (!text || !quantity)
            continue;
        const Quantity rounded = Quantity::fromMilli(quantity->milliValue(), quantity->format());
        if (const Quantity difference = rounded - *quantity; difference.sign() > 0 && difference < Quantity(1))
            amount = rounded.text();
    }
}

class Defaulter {
public:
    void apply(const TypeInfo &type, tree::object &object) {
        const Plan::Entry entry = m_plan.of(type);
        if (!entry.relevant || type.form != JsonForm::Object)
            return;
        const FlatFields fields(type);
        applyConstants(fields, object);
        applyRules(type, object);
        for (const FieldInfo *field : fields)
            descend(*field, object);
    }

private:
    /// Those of the type and of the types that it holds inline.
    void applyRules(const TypeInfo &type, tree::object &object) {
        for (const FieldInfo &field : type.fields) {
            if (field.inlined)
                applyRules(*field.type, object);
        }
        if (const Rule rule = m_plan.of(type).rule)
            rule(object);
    }

    void descend(const FieldInfo &field, tree::object &object) {
        tree::value *value = object.if_contains(field.name);
        if (field.kind == ValueKind::Quantity && field.container == Container::Map && value)
            roundAmounts(*value);
        if (field.kind != ValueKind::Struct || !m_plan.of(*field.type).relevant)
            return;
        if (!value && isStructByValue(field))
            value = &object[field.name]; // exists in Go even when the JSON doesn't have it
        if (!value)
            return;
        if (value->is_null() && isStructByValue(field))
            value->emplace_object();
        if (field.container == Container::List && value->is_array()) {
            for (tree::value &item : value->get_array())
                element(field, item);
        } else if (field.container == Container::Map && value->is_object()) {
            for (auto &member : value->get_object())
                element(field, member.value());
        } else if (field.container == Container::None) {
            element(field, *value);
        }
    }

    void element(const FieldInfo &field, tree::value &value) {
        if (tree::object *object = value.if_object())
            apply(*field.type, *object);
    }

    const Plan &m_plan = plan();
};

} // namespace

void applyDefaults(const TypeInfo &type, boost::json::object &object) {
    Defaulter().apply(type, object);
}

void applyDefaults(const ResourceInfo &resource, boost::json::object &object) {
    applyDefaults(*resource.type, object);
}

} // namespace coracle::api
