#include "clusterd/kubelet/pods/status_manager.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "tests/support/stub_client.h"
#include "tests/support/virtual_time.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

using namespace coracle;
using namespace std::chrono_literals;
using kubelet::StatusManager;

namespace {

/// One pod's name, which may be another pod's by now; patches fail as they are told to.
class FakeApi final : public test::StubClient {
public:
    std::string uid = "old"; ///< of the pod that has the name; empty: none has
    std::optional<Status> refusal;
    int patches = 0;

    Task<Result<client::ObjectPtr>> get(const api::ResourceInfo &, std::string, std::string name,
                                        std::string) override {
        if (uid.empty())
            co_return errors::notFound("pods", "", name);
        co_return object();
    }
    Task<Result<client::ObjectPtr>> patch(const api::ResourceInfo &, std::string, std::string, client::PatchType,
                                          std::string, client::WriteOptions) override {
        ++patches;
        if (refusal)
            co_return Failure(Status(*refusal));
        co_return object();
    }

private:
    Result<client::ObjectPtr> object() const {
        corev1::Pod pod;
        pod.metadata.name = "web";
        pod.metadata.namespace_ = "default";
        pod.metadata.uid = uid;
        return api::Object::parse(api::encode(pod));
    }
};

struct Fixture {
    ~Fixture() {
        boost::asio::co_spawn(context, gate.close(), boost::asio::detached);
        test::runReady(context);
    }
    void set(const char *phase) {
        auto pod = std::make_shared<corev1::Pod>();
        pod->metadata.name = "web";
        pod->metadata.namespace_ = "default";
        pod->metadata.uid = "old";
        corev1::PodStatus status;
        status.phase = phase;
        manager.set(pod, status);
        test::runReady(context);
    }
    void pass(Duration duration) {
        test::passTime(clock, duration, [this] { test::runReady(context); });
    }

    boost::asio::io_context context;
    test::ManualClock clock;
    FakeApi api;
    Gate gate{context.get_executor()};
    StatusManager manager{api, clock, gate};
};

Status immutableUid() {
    const Failure failure =
        errors::invalid("Pod", "", "web", {{"FieldValueInvalid", "field is immutable", "metadata.uid"}});
    return failure.error();
}

} // namespace

class StatusManagerTest : public QObject {
    Q_OBJECT

private slots:
    /// The patch has the UID, and the API server refuses to change that of the pod which has the name now.
    void aPodWhoseNameAnotherHasIsGone() {
        Fixture f;
        f.api.uid = "new";
        f.api.refusal = immutableUid();
        f.set("Running");
        f.pass(1h);
        QCOMPARE(f.api.patches, 1);
        f.set("Succeeded"); // there is nobody left to tell
        f.pass(1h);
        QCOMPARE(f.api.patches, 1);
    }
    void aPodThatIsNotThereIsGone() {
        Fixture f;
        f.api.uid.clear();
        f.api.refusal = immutableUid();
        f.set("Running");
        f.pass(1h);
        QCOMPARE(f.api.patches, 1);
    }
    void aRefusedStatusIsWrittenAgain() {
        Fixture f;
        const Failure failure = errors::invalid("Pod", "", "web", {{"FieldValueInvalid", "no", "status.phase"}});
        f.api.refusal = failure.error();
        f.set("Running");
        f.pass(150ms);
        QCOMPARE(f.api.patches, 1);
        f.pass(10min);
        QVERIFY(f.api.patches > 10 && f.api.patches < 100); // with back-off
        f.api.refusal.reset();
        f.pass(1min);
        const int patches = f.api.patches;
        f.pass(1h);
        QCOMPARE(f.api.patches, patches);
    }
};

QTEST_GUILESS_MAIN(StatusManagerTest)
#include "tst_status_manager.moc"
