"""gradlab: is this gradient right, and how far can the answer be trusted?"""
