#include "tests/clusterd/controllers/model/model_world.h"

namespace coracle::test {

using controllers::ControllerContext;
using controllers::ControllerManager;

namespace {

constexpr size_t kHandlersMost = 40; ///< that run between two changes
constexpr int kRoundsOfRest = 8;

} // namespace

ModelWorld::ModelWorld(uint32_t seed, Model &model, bool admission)
    : RestartableFixture(
          [this](const ControllerContext &context, ControllerManager &manager) {
              m_faulty = std::make_unique<FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  if (m_calm || !once(6))
                      return FaultyClient::Fault::None;
                  return once(2) ? FaultyClient::Fault::Before : FaultyClient::Fault::After;
              });
              m_model.addControllers({*m_faulty, context.clock, context.random, context.gate, context.informers},
                                     manager);
          },
          admission),
      m_model(model),
      m_random(seed) {
    model.prepare(*this);
    begin();
}

std::string ModelWorld::live(int changes) {
    for (int i = 0; i < changes; ++i) {
        runSome(below(kHandlersMost));
        if (once(12))
            restart();
        else if (once(6))
            clock.advance(std::chrono::seconds(below(30)));
        else
            m_model.act(*this);
    }
    m_calm = true;
    for (int round = 0; round < kRoundsOfRest; ++round) {
        settle();
        m_model.calmDown(*this);
        clock.advance(std::chrono::minutes(6)); // longer than expectations and back-offs last
    }
    settle();
    return m_model.fault(*this);
}

std::string podWith(const std::string &name, const std::string &spec) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default"}},"spec":)"
                       R"({{"containers":[{{"name":"c","image":"i"}}]{}}}}})",
                       name, spec);
}

Result<client::ObjectPtr> ModelWorld::make(const std::string &json) {
    TRY(const api::ObjectPtr object, api::Object::parse(json));
    const auto resource = controllers::findServedKind(api.client(), object->apiVersion(), object->kind());
    return api.run(api.client().create(*resource, std::string(object->namespaceName()), json));
}

bool ModelWorld::patch(const api::ResourceInfo &resource, std::string namespaceName, std::string name, std::string body,
                       std::string subresource) {
    client::WriteOptions options;
    options.subresource = std::move(subresource);
    return api
        .run(api.client().patch(resource, std::move(namespaceName), std::move(name), client::PatchType::Merge,
                                std::move(body), options))
        .has_value();
}

bool ModelWorld::remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                        std::string propagationPolicy) {
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    options.propagationPolicy = std::move(propagationPolicy);
    return api.run(api.client().remove(resource, std::move(namespaceName), std::move(name), options)).has_value();
}

} // namespace coracle::test
