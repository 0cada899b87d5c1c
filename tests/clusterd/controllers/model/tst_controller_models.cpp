#include "tests/clusterd/controllers/model/model_world.h"

#include <QTest>
#include <algorithm>

using namespace coracle;

namespace {

/// More of them look deeper: CORACLE_SEEDS=500.
const uint32_t kSeeds = static_cast<uint32_t>(std::max(qEnvironmentVariableIntValue("CORACLE_SEEDS"), 4));
constexpr int kChanges = 120;

struct Row {
    const char *name;
    std::unique_ptr<test::Model> (*model)();
    bool admission = false;
};

constexpr Row kRows[] = {
    {"endpoints", test::endpointsModel},
    {"mirrored endpoints", test::mirroringModel},
    {"deployment", test::deploymentModel},
    {"replication controller", test::replicationModel},
    {"owners", test::ownersModel},
    {"namespaces", test::namespaceModel, true},
    {"quotas", test::quotaModel, true},
    {"pod collection", test::podCollectionModel},
    {"stale pods", test::stalePodModel},
    {"ephemeral volumes", test::ephemeralVolumeModel},
    {"volume attributes classes", test::attributesClassModel},
    {"device taints", test::deviceTaintModel},
    {"times to live of Secrets", test::ttlModel},
    {"cluster roles", test::clusterRoleModel},
    {"service CIDRs", test::serviceCidrModel},
    {"certificates", test::certificateModel},
    {"bootstrap tokens", test::bootstrapModel},
};

} // namespace

class ControllerModelsTest : public QObject {
    Q_OBJECT

private slots:
    void holds_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<uint32_t>("seed");
        for (int row = 0; row < int(std::size(kRows)); ++row)
            for (uint32_t seed = 1; seed <= kSeeds; ++seed)
                QTest::addRow("%s %u", kRows[row].name, seed) << row << seed;
    }
    void holds() {
        QFETCH(int, row);
        QFETCH(uint32_t, seed);
        const auto model = kRows[row].model();
        test::ModelWorld world(seed, *model, kRows[row].admission);
        const std::string fault = world.live(kChanges);
        QVERIFY2(fault.empty(), fault.c_str());
    }
};

QTEST_GUILESS_MAIN(ControllerModelsTest)
#include "tst_controller_models.moc"
