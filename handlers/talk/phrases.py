"""Keep the words that residents read, apart from the answers of the library."""

from handlers.messages import Option
from handlers.talk.commands import Command
from handlers.talk.reminders import STOP

HUMAN = Option("找人工", "human")
WHY = Option("为什么这样答", "why")
MORE = Option("证据和误区", "more")
ARTICLES = Option("看法条原文", "articles")
YES = Option("同意", "yes")
NO = Option("不同意", "no")
SKIP = Option("不说/找不到", "skip")
CALENDAR = Option("加到日历", "calendar")
RESUME = Option("接着来", "resume")
AID = Option("转法律援助中心", "aid")
PARTNER = Option("请那边的服务点帮忙", "partner")
REMIND = Option("提醒我", "remind")
NONE_OF_THESE = Option("都不是，找人工", "human")
UNSUBSCRIBE = Option("退订", "unsubscribe")
SUBSCRIBE = Option("订阅", "subscribe")
PUSH_CHOOSE = Option("选领域", "wish:fields")
PUSH_SAY_ROLE = Option("我是谁", "wish:roles")
PUSH_PAUSE = Option("停一个月", "wish:pause")

WAY_OUT = "不想再收，发“退订”。"
SUBSCRIBED = "好的，以后有普法消息就发给您，晚上不打扰。"
UNSUBSCRIBED = "好的，从现在起不再给您发普法消息。想再收，发“订阅”。"
NOT_SUBSCRIBED = "您没有订阅，不会收到普法消息。想收，发“订阅”。"
PUSHES_PAUSED = "好的，停一个月，到时候再发。"
PUSHES_CHANGED = "好的，改好了。"
PUSH_STANDING = "领域：{fields}；频率：{frequency}。"
PUSH_ROLES = "您是哪一种？说了，跟您有关的才发得准；不说也照样收。再点一次去掉。"
PUSH_ROLE = "您是：{role}。"
PUSH_QUIZ = "答题：{title}"
PUSH_FIELDS = "想收哪些？点一下选上，再点一下去掉；都不选就是全部。现在：{fields}。"

WELCOME = """您好，这里是铜梁公共法律服务。您可以直接用自己的话提问，比如：
· 老板欠我三个月工资怎么办
· 想离婚，孩子归谁
· 民法典1077条

我只说法律的一般规定，不代替律师意见；难的问题可以转给村居法律顾问。
随时可以说“找人工”。有危险请先打110。"""

HELP = """可以这样用：
· 直接打字提问，一次说一件事最好
· 发“民法典1077条”看法条原文
· 发“为什么”看回答的依据
· 发“找人工”转村居法律顾问
· 发“我的工单”看顾问办到哪一步
· 发“重来”重新开始
· 发“合并”，换到网页或微信接着说，工单都在一起
· 发“订阅”收普法消息，发“退订”就不再收
· 算出期限后发“提醒我”，到时候我来提醒；发“停止提醒”就不再提醒
免费法律咨询电话：12348；政务事项：12345；有危险：110。"""

PRIVACY = """我们怎么对待您说的话：
· 您的话只用来回答您，加密保存，不写进运行日志
· 不经您同意，不会交给顾问；同意之后，只有负责的顾问看得到
· 不给任何人打标签，不做投诉人名单
· 发“我的数据”看我们存了什么，发“删除我的数据”全部删掉
未满14岁的，请和家长或监护人一起来问。
请不要发身份证号、银行卡号。"""

PLACED = "您在{place}。要转给顾问的问题，先交给那里的村居法律顾问。\n\n"

BY_COMMAND = {Command.START: WELCOME, Command.HELP: HELP, Command.PRIVACY: PRIVACY}

CHANNEL_CONSENT = """先说明一件事：这个聊天软件的服务器在境外，您发的内容会出境。
同意再继续用；不同意可以改用网页，或打12348、到村居法律顾问处咨询。
要是已经问了问题，先替您留着，同意后马上回答。"""
CHANNEL_DECLINED = "好的，不在这里谈。您可以打12348（免费法律咨询），或到村（社区）找法律顾问。要改主意，发“同意”就行。"

ASK_CONSENT = """可以把问题转给村居法律顾问，由人来答。
要转，就得让顾问看到您刚才的问题，并通过这里回复您。未满14岁的，请家长或监护人来同意。您同意吗？"""
ASK_WHETHER = "要不要像上次一样转给村居法律顾问，由人来答？"
ASK_CONSENT_AFTER_DANGER = "您同意的话，我们就把您刚才的话和联系渠道交给值班的人，来帮您。"
ASK_CONSENT_AGAIN = f"您说的我记下了。有危险请马上打110。\n{ASK_CONSENT_AFTER_DANGER}"
ASK_VILLAGE = "您住在哪个村（社区）？打村名就行，比如“安居镇某某村”。这样能转给负责您那里的顾问。"
ASK_VILLAGE_AGAIN = "没找到这个村（社区），请再打一次镇街和村名；找不到就选“不说/找不到”。"
WHICH_OF_TOWN = "{town}的哪个村（社区）？打村名就行；找不到就选“不说/找不到”。"
CHOOSE_VILLAGE = "是下面哪一个？请点选，或回复数字；都不是，就再打一次镇街和村名。"
NO_CONSENT = "好的，不转。您也可以打12348免费咨询，或换个说法再问我。"
NO_CONSENT_IN_DANGER = "好的，您说的话和联系方式不会告诉任何人。有危险请马上打110；想找人帮忙了，随时发“找人工”。"
NO_QUESTION_YET = "您想问什么？先用一两句话说说，我再帮您转给顾问。"
CANCELLED = "好的，我们重新开始。您想问什么？"

INTERVIEW_STEP = "（第{number}步，最多{most}步。答错了发“上一步”，不想答了发“退出”）"
INTERVIEW_CHANGED = "规则更新过了，前面的回答不能接着用，我们从头来一次。"
INTERVIEW_LEFT = "好的，先停在这里。您说的都留着，想接着来就发“继续”。"
INTERVIEW_WAITS = "刚才没问完的还留着，发“继续”接着来。"
ROUGHLY = "您说的是个大概，先按{taken}算；要算得准，请说具体的。"
NO_INTERVIEW = "现在没有问到一半的事。您想问什么？"
AGAIN = "重新算一次"
NO_DAY = "现在没有算好的期限。先说说是什么事、哪一天发生的，比如“上周五递的离婚申请，哪天能反悔”。"
NO_VIEW = "还没有看过够不够法律援助的条件。发“我能不能申请法律援助”，几句话就能看。"
CALENDAR_ENCLOSED = "点开这个文件，手机就会问要不要加到日历。"
WILL_REMIND = f"好的，{{title}}，我会在{{days}}上午{{hour}}点左右提醒您。不想要了，随时发“{STOP}”。"
TOO_LATE_TO_REMIND = "离最后一天太近，来不及另外提醒了。请照上面说的马上去办。"
REMINDS_NO_MORE = "好的，以后不再提醒。要再提醒，重新算一次期限就行。"

ASK_REFERRAL = """可以请{place}的服务点帮忙，先由村居法律顾问经手。
只转必需的：{words}。别的话都不转。
这要单独征得您同意，您同意吗？"""
REFERRAL_WORDS = "请{place}的服务点帮忙；办的事：{item}；人在：{person}；事情归：{matter}"
NO_MATTER = "先说说要办什么事、人在哪里、事情归哪里，再请那边帮忙。"

MEDIATION_OPENED = """【登记申请人民调解】
登记好了，调解号 {number}，请记下来。
· 调解委员会的人会联系双方；对方愿意才调，不收任何费用。
· 可以把调解号告诉对方：对方把它发到这里，就能说愿不愿意。
· 想知道办到哪里了，把调解号发到这里。
有人动手、扬言要动手的，先打110。"""
MEDIATION_FIRST = "先说说是什么样的纠纷，看能不能调，再登记。"
MEDIATION_ASKED = """{name}申请了人民调解：{subject}。调解不收任何费用，谈成谈不成都由您自己定，随时可以要求停下来。
您愿意调解吗？（点了，就是同意调解委员会通过这里联系您；不愿意的，不得调解。）"""
MEDIATION_AGREED = "好的，登记了您愿意调解。调解委员会的人会联系您，进展也会在这里告诉您。"
MEDIATION_DECLINED = "好的，登记了您不愿意，这件事就不调了。对方还可以走别的路，比如起诉。"
NO_SUCH_MEDIATION = "没有找到您的这个调解号，请核对一下；也可以打12348问。"
WILLING, UNWILLING = "愿意调解", "不愿意"
QUIZ_WHICH = "想答哪一套？一套几道题，答错了也没关系，每题都告诉您为什么。"
QUIZ_NUMBER = "第{number}题（共{of}题）："
QUIZ_RIGHT = "答对了。"
QUIZ_WRONG = "正确的是“{right}”。"
QUIZ_DONE = "答完了：{asked}题，答对{right}题。"
QUIZ_STREAK = "您已经连着{days}天答题了。"
QUIZ_ANOTHER = "再答一套"
QUIZ_MATTER = """“首违答题”是初次、轻微违法的一种学习，一件事只能答一次，答对八成发凭证。
是否免罚，由执法机关决定，这里不决定。
请发通知书（决定书）的编号，没有编号就发车牌号。我们不保存编号本身，只记下它答过没有。"""
QUIZ_TAKEN = "这个编号已经答过一次了，一件事只能答一次。是否免罚由执法机关决定，请直接问办理的机关。"
QUIZ_NOT_PASSED = "凭证要答对{percent}%以上，这次没到。是否免罚由执法机关决定，您可以照样去说明情况。"
QUIZ_UNSIGNED = "现在发不了凭证，请直接问办理的机关。"
QUIZ_CERTIFICATE = """凭证（{matter}）：
{code}
办理的时候把它交给执法人员，他们不用联网也能验真。是否免罚由执法机关决定（行政处罚法第三十三条）。"""

CLARIFY = "您问的是哪一种？请点选，或回复数字："
NOT_SURE = "这个问题我没有把握，怕说错耽误您的事。"
GUESSES = "还没有直接回答这个问题。最接近的是："
SEVERAL = "一次最多答{most}件事，其余的请接着发。"
UPDATING = "这方面的规定正在更新，现在的答案可能不准。"
OUT_OF_SCOPE = """这件事不在法律咨询的范围里，我答不了。
这里可以问：工资工伤、婚姻家庭、借钱还钱、土地房屋、邻里纠纷、交通和人身损害、消费、打官司和法律援助。
政府办事可以打12345。"""
EMPTY = "这条我没看明白。请打字说说您遇到的事，一两句话就行。"
EXPIRED = "这个按钮已过期，请重新提问或从最新的消息里选。"
OUT_OF_RANGE = "没有这个选项，请从上面的选项里选，或直接说您的问题。"
ADDED_AFTER_DANGER = "这句也交给值班的人了。有危险请马上打110。"
FLOODED = "您发得有点快，我先歇一下。请过一会儿再发；有危险请直接打110。"
TOO_LONG = "（您发的内容很长，我只看了前面的部分。）"
MEDIA = {
    "voice": "我还听不懂语音，请打字说说您的事；不方便打字可以打12348。",
    "photo": "我还看不懂图片，请打字说说您的事。图片请自己留好，可能是证据。",
    "sticker": "收到。请打字说说您想问什么。",
}
MEDIA_OTHER = "这类消息我还看不懂，请打字说说您的事。"
GROUP = "为了保护您的隐私，请私下找我聊，不要在群里说案情。"
NOTHING_TO_EXPLAIN = "还没有回答过您的问题，所以没有依据可说。请先提问。"
SORRY = "抱歉，这条消息我处理不了。您的问题可以打12348，或发“找人工”。"

JOIN_CODE = """在另一个地方（网页、微信……）发这句话，两边就是同一个人：
合并 {code}
{minutes}分钟内有效，只能用一次。别告诉别人：谁用了它，就看得到您的工单。"""
JOINED = (
    "好了，这里和您的{channels}是同一个人了：工单、订阅、问到一半的事都在一起，在哪边接着说都行。要分开，发“解除合并”。"
)
JOINED_ELSEWHERE = "您的{channel}和这里合并了。不是您本人操作的，请马上发“解除合并”。"
JOINED_ALREADY = "这里和那边已经是同一个人了，不用再合并。"
JOIN_WRONG = "这个码不对，或者过期了、用过了。请在另一个地方发“合并”，重新取一个。"
JOIN_SHUT = "码错的次数太多，请过一个小时再试。"
NOTHING_JOINED = "您只在这里一处，没有合并过别的地方。"
PART_WHICH = "断开哪一处？断开后，那边看不到您的工单，工单的答复也不再发到那边。"
PARTED = "好，您的{channel}断开了。"
NO_TICKETS = "您还没有转给顾问的工单。要找人工，发“找人工”。"
SAY_MORE = "请说，下一句话交给顾问。"
ADDED = "这句交给{who}了（受理号 {receipt}）。要问别的事，先发“新问题”；看进度，发“我的工单”。"
NEW_QUESTION = "好的，您想问什么？"
CLOSED_BY_YOU = "工单 {receipt} 按您说的办结了。请给答复打个分（1到5分）；要是还没办完，可以重新打开。"
RATED = "谢谢您打分。事情办成了吗？"
CONCLUDED = {
    "yes": "太好了。以后有事随时来问。",
    "not_yet": "好的，记下了。要顾问接着办，可以重新打开工单。",
    "no": "没办成，实在抱歉。要顾问接着办，请重新打开工单。",
}

SMALLTALK = {
    "greeting": "您好！您想问什么法律问题？用自己的话说就行。",
    "thanks": "不客气。还有问题随时问；有危险先打110。",
    "bye": "好的，再见。需要时随时来问。",
    "who": "我是铜梁公共法律服务的问答机器人，不是真人。我说法律的一般规定，难的可以转村居法律顾问。",
    "agree": "好的。还有什么要问的吗？",
    "refuse": "没答到您问的事？请换个说法再说一遍，说清是谁、什么事；也可以发“找人工”。",
    "mood": "我在听。要是遇到法律上的事，用自己的话说给我听就行。",
}
