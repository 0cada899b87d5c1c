#include "clusterd/apiserver/strategy/converting_strategy.h"

#include "clusterd/apiserver/conversion/convert.h"

namespace coracle::apiserver {

namespace {

namespace json = boost::json;

/// Kinds of several shapes need nothing from allocators, so those functions keep doing nothing.
class ConvertingStrategy final : public Strategy {
public:
    ConvertingStrategy(const Strategy &rules, const api::ResourceInfo &resource)
        : m_rules(rules), m_resource(resource), m_stored(storageResource(resource)) {}

    void prepareForCreate(const StrategyContext &context, json::object &object) const override {
        convert(object, m_resource, m_stored);
        m_rules.prepareForCreate(context, object);
        convert(object, m_stored, m_resource);
    }
    void prepareForUpdate(const StrategyContext &context, json::object &object,
                          const json::object &old) const override {
        convert(object, m_resource, m_stored);
        m_rules.prepareForUpdate(context, object, stored(old));
        convert(object, m_stored, m_resource);
    }
    void validate(const StrategyContext &context, const json::object &object,
                  std::vector<StatusCause> &causes) const override {
        m_rules.validate(context, stored(object), causes);
    }
    void validateUpdate(const StrategyContext &context, const json::object &object, const json::object &old,
                        std::vector<StatusCause> &causes) const override {
        m_rules.validateUpdate(context, stored(object), stored(old), causes);
    }
    void warnings(const StrategyContext &context, const json::object &object, const json::object *old,
                  std::vector<std::string> &warnings) const override {
        const json::object before = old ? stored(*old) : json::object();
        m_rules.warnings(context, stored(object), old ? &before : nullptr, warnings);
    }
    bool allowCreateOnUpdate() const override { return m_rules.allowCreateOnUpdate(); }
    bool allowUnconditionalUpdate() const override { return m_rules.allowUnconditionalUpdate(); }

private:
    json::object stored(const json::object &object) const {
        json::object copy = object;
        convert(copy, m_resource, m_stored);
        return copy;
    }

    const Strategy &m_rules;
    const api::ResourceInfo &m_resource, &m_stored;
};

} // namespace

std::unique_ptr<Strategy> makeConvertingStrategy(const Strategy &rules, const api::ResourceInfo &resource) {
    return std::make_unique<ConvertingStrategy>(rules, resource);
}

} // namespace coracle::apiserver
