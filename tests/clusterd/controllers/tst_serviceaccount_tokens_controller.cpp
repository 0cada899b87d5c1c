#include "clusterd/controllers/serviceaccount_tokens_controller.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::test;

namespace {

struct World {
    World()
        : f([this](const ControllerContext &context, ControllerManager &manager) {
              client = std::make_unique<FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  return faults ? static_cast<FaultyClient::Fault>(random() % 3) : FaultyClient::Fault::None;
              });
              const ControllerContext faulty{*client, context.clock, context.random, context.gate, context.informers};
              manager.add(std::make_unique<TokensController>(
                  faulty,
                  [this](const corev1::Secret &secret, const corev1::ServiceAccount &account) -> Result<std::string> {
                      ++tokens;
                      return secret.metadata.name + " for " + account.metadata.name;
                  },
                  "the CA"));
          }) {
        f.begin();
    }
    void account(const std::string &name) {
        f.create(
            "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"namespace\":\"default\",\"name\":\"" +
            name + "\"}}");
    }
    void secret(const std::string &name, const std::string &accountName) {
        f.create("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"kubernetes.io/service-account-token\","
                 "\"metadata\":{\"namespace\":\"default\",\"name\":\"" +
                 name + "\",\"annotations\":{\"kubernetes.io/service-account.name\":\"" + accountName + "\"}}}");
    }
    std::optional<corev1::Secret> read(const std::string &name) {
        f.settle();
        auto secret = f.api.run(client::get<corev1::Secret>(f.api.client(), "default", name));
        return secret ? std::optional(std::move(*secret)) : std::nullopt;
    }
    template<class T>
    void remove(const std::string &name) {
        (void)f.api.run(f.api.client().remove(T::resource(), "default", name));
    }

    std::mt19937 random{11};
    bool faults = false;
    int tokens = 0;
    std::unique_ptr<FaultyClient> client;
    RestartableFixture f;
};

} // namespace

class TokensControllerTest : public QObject {
    Q_OBJECT

private slots:
    void fillsTheSecret() {
        World w;
        w.account("robot");
        w.secret("robot-token", "robot");
        auto secret = w.read("robot-token");
        QVERIFY(secret);
        QCOMPARE(std::string(secret->data["token"]), std::string("robot-token for robot"));
        QCOMPARE(std::string(secret->data["ca.crt"]), std::string("the CA"));
        QCOMPARE(std::string(secret->data["namespace"]), std::string("default"));
        QVERIFY(!secret->metadata.annotations["kubernetes.io/service-account.uid"].empty());
        QCOMPARE(w.tokens, 1);
        w.f.restart();
        (void)w.read("robot-token");
        QCOMPARE(w.tokens, 1); // it stays the same
    }

    void mendsWhatWasTakenOut() {
        World w;
        w.account("robot");
        w.secret("robot-token", "robot");
        (void)w.read("robot-token");
        w.f.merge(corev1::Secret::resource(), "robot-token", "{\"data\":{\"token\":null,\"ca.crt\":\"eA==\"}}");
        auto secret = w.read("robot-token");
        QCOMPARE(std::string(secret->data["token"]), std::string("robot-token for robot"));
        QCOMPARE(std::string(secret->data["ca.crt"]), std::string("the CA"));
    }

    void goesWithItsAccount() {
        World w;
        w.account("robot");
        w.secret("robot-token", "robot");
        QVERIFY(w.read("robot-token"));
        w.remove<corev1::ServiceAccount>("robot");
        QVERIFY(!w.read("robot-token"));
        w.secret("nobodys", "nobody");
        QVERIFY(!w.read("nobodys"));
    }

    void anAccountOfTheSameNameIsAnother() {
        World w;
        w.account("robot");
        w.secret("robot-token", "robot");
        QVERIFY(w.read("robot-token"));
        w.f.end();
        w.remove<corev1::ServiceAccount>("robot");
        w.account("robot");
        w.f.begin();
        QVERIFY(!w.read("robot-token"));
    }

    void otherSecretsAreLeftAlone() {
        World w;
        w.f.create(
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"namespace\":\"default\",\"name\":\"other\","
            "\"annotations\":{\"kubernetes.io/service-account.name\":\"nobody\"}}}");
        QVERIFY(w.read("other"));
        QVERIFY(w.read("other")->data.empty());
    }

    void endsWellInSpiteOfFaults() {
        World w;
        w.faults = true;
        for (int step = 0; step < 60; ++step) {
            const std::string name = "a" + std::to_string(w.random() % 4);
            switch (w.random() % 5) {
            case 0:
                w.remove<corev1::ServiceAccount>(name);
                break;
            case 1:
                w.f.restart();
                break;
            default:
                if (!w.f.api.run(client::get<corev1::ServiceAccount>(w.f.api.client(), "default", name)))
                    w.account(name);
                if (!w.f.api.run(client::get<corev1::Secret>(w.f.api.client(), "default", name + "-token")))
                    w.secret(name + "-token", name);
            }
            w.f.clock.advance(std::chrono::milliseconds(w.random() % 100));
            w.f.runSome(w.random() % 40);
        }
        w.faults = false;
        for (int i = 0; i < 3; ++i) {
            w.f.settle();
            w.f.clock.advance(std::chrono::seconds(1000));
        }
        w.f.settle();
        for (const corev1::Secret &secret : w.f.list<corev1::Secret>()) {
            const std::string name = secret.metadata.annotations.at("kubernetes.io/service-account.name");
            const auto account = w.f.api.run(client::get<corev1::ServiceAccount>(w.f.api.client(), "default", name));
            QVERIFY2(account.has_value(), secret.metadata.name.c_str());
            QVERIFY(secret.data.contains("token"));
            QCOMPARE(secret.metadata.annotations.at("kubernetes.io/service-account.uid"), account->metadata.uid);
        }
    }
};

QTEST_GUILESS_MAIN(TokensControllerTest)
#include "tst_serviceaccount_tokens_controller.moc"
