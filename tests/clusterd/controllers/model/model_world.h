#pragma once

#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <fmt/format.h>
#include <memory>
#include <random>
#include <set>
#include <string>

/// Models of controllers: random changes of the world, while the controllers' writes fail or lose their answers and the
/// controllers end and start anew between any two of them. When that is over, the invariant must hold. Deterministic
/// from the seed.
namespace coracle::test {

class ModelWorld;

/// One set of controllers, what may happen to their world, and what must be true in the end.
class Model {
public:
    virtual ~Model() = default;
    virtual void addControllers(const controllers::ControllerContext &context,
                                controllers::ControllerManager &manager) = 0;
    /// Before the controllers start.
    virtual void prepare(ModelWorld &) {}
    /// One random change by others.
    virtual void act(ModelWorld &world) = 0;
    /// What others go on doing after the last random change, called between rounds of rest.
    virtual void calmDown(ModelWorld &) {}
    /// What is wrong in the end; empty: nothing.
    virtual std::string fault(ModelWorld &world) = 0;
};

/// One thread.
class ModelWorld : public RestartableFixture {
public:
    ModelWorld(uint32_t seed, Model &model, bool admission);

    /// Lives through so many changes, comes to rest, and says what is wrong then; empty: nothing.
    std::string live(int changes);

    size_t below(size_t bound) { return m_random() % bound; }
    bool once(size_t in) { return below(in) == 0; }

    // What others write; refusals are part of the game.
    Result<client::ObjectPtr> make(const std::string &json);
    bool patch(const api::ResourceInfo &resource, std::string namespaceName, std::string name, std::string body,
               std::string subresource = {});
    template<class T>
    bool patch(std::string name, std::string body, std::string subresource = {}) {
        return patch(T::resource(), T::resource().namespaced ? "default" : "", std::move(name), std::move(body),
                     std::move(subresource));
    }
    /// Without a grace period.
    bool remove(const api::ResourceInfo &resource, std::string namespaceName, std::string name,
                std::string propagationPolicy = {});
    template<class T>
    bool remove(std::string name) {
        return remove(T::resource(), T::resource().namespaced ? "default" : "", std::move(name));
    }

    /// Of all namespaces, in the order of their keys.
    template<class T>
    std::vector<T> all(std::string namespaceName = {}) {
        std::vector<T> objects;
        const auto listed = api.run(api.client().list(T::resource(), std::move(namespaceName)));
        for (const client::ObjectPtr &object : listed->items)
            objects.push_back(*api::decode<T>(*object));
        return objects;
    }
    template<class T>
    std::optional<T> read(std::string namespaceName, std::string name) {
        auto object = api.run(client::get<T>(api.client(), std::move(namespaceName), std::move(name)));
        return object ? std::optional<T>(std::move(*object)) : std::nullopt;
    }
    /// A random one of the namespace "default", or of those that have no namespace.
    template<class T>
    std::optional<T> some() {
        std::vector<T> objects = all<T>(T::resource().namespaced ? "default" : "");
        return objects.empty() ? std::nullopt : std::optional<T>(std::move(objects[below(objects.size())]));
    }

private:
    Model &m_model;
    std::mt19937 m_random;
    bool m_calm = false;
    std::unique_ptr<FaultyClient> m_faulty;
};

/// A pod of one container; `spec` are more members of its spec, each after a comma.
std::string podWith(const std::string &name, const std::string &spec);

// The models, each in the file of its subject.
std::unique_ptr<Model> endpointsModel();
std::unique_ptr<Model> mirroringModel();
std::unique_ptr<Model> deploymentModel();
std::unique_ptr<Model> replicationModel();
std::unique_ptr<Model> deviceTaintModel();
std::unique_ptr<Model> ownersModel();
std::unique_ptr<Model> namespaceModel();
std::unique_ptr<Model> quotaModel();
std::unique_ptr<Model> clusterRoleModel();
std::unique_ptr<Model> serviceCidrModel();
std::unique_ptr<Model> certificateModel();
std::unique_ptr<Model> bootstrapModel();
std::unique_ptr<Model> podCollectionModel();
std::unique_ptr<Model> stalePodModel();
std::unique_ptr<Model> ephemeralVolumeModel();
std::unique_ptr<Model> attributesClassModel();
std::unique_ptr<Model> ttlModel();

} // namespace coracle::test
