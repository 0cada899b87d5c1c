#include "tests/clusterd/controllers/volume/volume_world.h"

#include <QTest>

using namespace coracle;

/// However claims, volumes and the daemon live and die: bindings are one to one and for life, what was declared comes
/// about, policies are kept and nothing is left over.
class VolumeModelTest : public QObject {
    Q_OBJECT

private slots:
    void anyLifeEndsAsDeclared_data() {
        QTest::addColumn<int>("seed");
        const int seeds = qEnvironmentVariableIntValue("CORACLE_SEEDS");
        for (int seed = 1; seed <= (seeds > 0 ? seeds : 12); ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void anyLifeEndsAsDeclared() {
        QFETCH(int, seed);
        test::VolumeWorld world(static_cast<uint64_t>(seed));
        for (int round = 0; round < 3; ++round) {
            world.live(60);
            const std::string wrong = world.converge();
            QVERIFY2(wrong.empty(), wrong.c_str());
        }
        const std::string left = world.removeAll();
        QVERIFY2(left.empty(), left.c_str());
    }
};

QTEST_GUILESS_MAIN(VolumeModelTest)
#include "tst_volume_model.moc"
